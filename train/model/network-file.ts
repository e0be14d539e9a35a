/**
 * @file A network that a user describes: PyTorch's layers in modules (shared/model/spec.ts), as JSON.
 *
 * ```json
 * {
 *   "name": "small",
 *   "modules": {
 *     "features": [
 *       { "kind": "conv2d", "outChannels": 16, "kernelSize": 5, "stride": 2, "padding": 2 },
 *       { "kind": "relu" },
 *       { "kind": "maxPool2d", "kernelSize": 2 }
 *     ],
 *     "classifier": [{ "kind": "flatten" }, { "kind": "linear", "outFeatures": 3 }]
 *   }
 * }
 * ```
 *
 * `inChannels` and `inFeatures` may be left out: they follow from the layer before. The input is that of the data set.
 */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import {
  conv2d,
  flatten,
  type Layer,
  linear,
  type ModelSpec,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
  type Shape,
  sizeOf,
} from '#shared/model/spec.ts';
import { Count, Whole } from '#shared/validation.ts';

const Padding = v.union([v.pipe(Whole, v.minValue(0)), v.picklist(['same', 'valid'])]);

const KINDS = ['flatten', 'relu', 'linear', 'conv2d', 'maxPool2d'];

const LayerDescription = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('flatten') }),
    v.strictObject({ kind: v.literal('relu') }),
    v.strictObject({
      kind: v.literal('linear'),
      inFeatures: v.exactOptional(Count),
      outFeatures: Count,
    }),
    v.strictObject({
      kind: v.literal('conv2d'),
      inChannels: v.exactOptional(Count),
      outChannels: Count,
      kernelSize: Count,
      stride: v.exactOptional(Count),
      padding: v.exactOptional(Padding),
    }),
    v.strictObject({ kind: v.literal('maxPool2d'), kernelSize: Count, stride: v.exactOptional(Count) }),
  ],
  ({ input }) => `expected the kind ${KINDS.join(', ')}, got ${JSON.stringify(input)}`,
);
type LayerDescription = v.InferOutput<typeof LayerDescription>;

/** Names of files and of tensors contain the name of the network and of its modules. */
const Name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'expected a-z, 0-9 and -, at most 31'));
const Module = v.pipe(v.string(), v.regex(/^[a-zA-Z_]\w*$/, 'expected letters, digits and _'));

/** A network as a user describes it. */
export const NetworkDescription = v.strictObject({
  name: Name,
  modules: v.pipe(
    v.record(Module, v.array(LayerDescription)),
    v.check((modules) => Object.values(modules).flat().length > 0, 'expected at least one layer'),
  ),
});
export type NetworkDescription = v.InferOutput<typeof NetworkDescription>;

/**
 * Builds the network for a data set.
 * @param input [channels, height, width] of an image
 * @throws ExplainedError of kind `model` that names the layer whose sizes do not fit, or the last layer when it has not an output for each
 *   class
 */
export function describedNetwork(
  { name, modules }: NetworkDescription,
  input: Shape,
  classes: number,
): Network {
  const complete: ModelSpec = { name, input, modules: {} };
  let shape = input;
  for (const [module, layers] of Object.entries(modules)) {
    const own: Layer[] = [];
    complete.modules[module] = own;
    for (const layer of layers) {
      own.push(layerOf(layer, shape));
      shape = resolveNetwork(complete).output;
    }
  }
  const network = resolveNetwork(complete);
  if (shape.length === 1 && shape[0] === classes) return network;
  const last = network.layers[network.layers.length - 1];
  throw new ExplainedError({
    kind: 'model',
    what: `${name}: ${last.name} (${last.kind})`,
    expected: `output [${classes}], one number for each class`,
    got: `output [${shape.join(', ')}]`,
    next: `End with { "kind": "flatten" } and { "kind": "linear", "outFeatures": ${classes} }.`,
  });
}

/** @param input shape of the layer's input, from which missing sizes follow */
function layerOf(layer: LayerDescription, input: Shape): Layer {
  switch (layer.kind) {
    case 'flatten':
      return flatten();
    case 'relu':
      return relu();
    case 'linear':
      return linear(layer.inFeatures ?? sizeOf(input), layer.outFeatures);
    case 'conv2d': {
      const { inChannels = input[0], outChannels, kernelSize, kind, ...options } = layer;
      return conv2d(inChannels, outChannels, kernelSize, options);
    }
    case 'maxPool2d': {
      const { kernelSize, kind, ...options } = layer;
      return maxPool2d(kernelSize, options);
    }
    default:
      throw layer satisfies never;
  }
}
