/** @file Starts a network from the weights of another one: from all of them, or from those of its convolutions. */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, type NetworkLayer, paddingOf, type Weights } from '#shared/model/spec.ts';

/** A trained network. */
export interface Source {
  /** Name for errors. */
  name: string;
  network: Network;
  weights: Weights;
}

/**
 * Returns weights of which the convolutions are those of `source`, and the others are those of `fresh`.
 * @throws ExplainedError of kind `usage` when the convolutions of the two networks have other shapes
 */
export function transferConvolutions(network: Network, fresh: Weights, source: Source): Weights {
  requireSameConvolutions(network, source);
  const sources = convolutionsOf(source.network);
  const pairs = convolutionsOf(network).map(({ name }, i) => [name, sources[i].name]);
  return new Map([...fresh, ...pairs.map(([name, from]) => [name, valuesOf(source, from)] as const)]);
}

/** @throws ExplainedError of kind `usage` when the convolutions of the two networks have other shapes */
export function requireSameConvolutions(network: Network, source: Source): void {
  const [expected, got] = [describe(network), describe(source.network)];
  if (expected === got && expected !== '') return;
  throw new ExplainedError({
    kind: 'usage',
    what: `${network.name} cannot start from the release ${source.name}`,
    expected: expected === '' ? `convolutions in ${network.name}` : `the convolutions ${expected}`,
    got: expected === '' ? 'none' : got || 'none',
    next:
      expected === ''
        ? 'Leave out --pretrained.'
        : 'Name a release of the same network, with the same colours and hidden units, or another network with --models.',
  });
}

/**
 * Returns the weights of `source` under the names of `network`.
 * @throws ExplainedError of kind `usage` when the two networks have other layers
 */
export function transferAll(network: Network, source: Source): Weights {
  requireSameLayers(network, source);
  const names = source.network.parameters.map(({ name }) => name);
  return new Map(network.parameters.map(({ name }, i) => [name, valuesOf(source, names[i])]));
}

/** @throws ExplainedError of kind `usage` when the two networks have other layers */
export function requireSameLayers(network: Network, source: Source): void {
  const [expected, got] = [network, source.network].map(({ layers }) => layers.map(describeLayer));
  const differs = expected.findIndex((layer, i) => layer !== got[i]);
  if (differs < 0 && expected.length === got.length) return;
  const at = differs < 0 ? expected.length : differs;
  throw new ExplainedError({
    kind: 'usage',
    what: `${network.name} cannot start from all weights of the release ${source.name}: its layer ${at + 1} differs`,
    expected: expected[at] ?? 'no further layer',
    got: got[at] ?? 'no further layer',
    next: 'Name a release of the same network and the same classes with --weights, or use --pretrained, which takes the convolutions alone.',
  });
}

/** Describes a layer without its name, such as `conv2d 1×28×28 → 10×28×28, kernel 3, stride 1, padding 1,1`. */
function describeLayer(layer: NetworkLayer): string {
  const sizes = `${layer.kind} ${layer.input.join('×')} → ${layer.output.join('×')}`;
  if (layer.kind === 'maxPool2d') return `${sizes}, kernel ${layer.kernelSize}, stride ${layer.stride}`;
  if (layer.kind !== 'conv2d') return sizes;
  return `${sizes}, kernel ${layer.kernelSize}, stride ${layer.stride}, padding ${paddingOf(layer).join()}`;
}

/** Returns the weights and biases of the convolutions, in order. */
const convolutionsOf = ({ layers }: Network) =>
  layers.flatMap(({ kind, parameters }) => (kind === 'conv2d' ? parameters : []));

/** Lists the shapes of the filters, such as `10×1×3×3, 10×10×3×3`. */
const describe = (network: Network): string =>
  convolutionsOf(network)
    .flatMap(({ shape }) => (shape.length > 1 ? [shape.join('×')] : []))
    .join(', ');

const valuesOf = ({ weights }: Source, name: string) =>
  (weights.get(name) as Float32Array<ArrayBuffer>).slice();
