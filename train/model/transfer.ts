/** @file Starts a network from the convolutions of another one. */
import { ExplainedError } from '#shared/errors.ts';
import type { Network, Weights } from '#shared/model/spec.ts';

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
