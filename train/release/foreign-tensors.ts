/** @file Reads from the graph of any ONNX file how pictures enter it and where its output is. */
import { ExplainedError } from '#shared/errors.ts';
import type { ImageShape } from '#shared/input/preprocessing.ts';
import type { Manifest } from '#shared/manifest.ts';
import { DataType, type Graph, type Model, type ValueInfo } from '#shared/onnx/model.ts';

/** A size, or the name of a dimension of any size. */
type Dimension = number | string;

export interface ForeignInput {
  /** The manifest's member. */
  input: Manifest['input'];
  shape: ImageShape;
}

/**
 * Describes the input of a graph.
 * @param size width and height of a picture, for a graph that takes any
 * @throws ExplainedError of kind `model` when the graph takes something other than pictures; `usage` when `size` is missing or wrong
 */
export function foreignInput(graph: Graph, size: number | undefined): ForeignInput {
  const constants = new Set((graph.initializer ?? []).map(({ name }) => name));
  const value = only(
    (graph.input ?? []).filter(({ name }) => !constants.has(name)),
    'input',
  );
  const name = value.name ?? '';
  const [batch, ...sizes] = dimensionsOf(value);
  if (sizes.length !== 3 || batch === undefined) {
    throw unfit(`an input of pictures, [batch, channels, height, width]`, `${name} [${[batch, ...sizes]}]`);
  }
  if (typeof batch === 'number' && batch !== 1) {
    throw unfit('a batch of any size or of 1', `a batch of ${batch}`);
  }
  const isLast = !isChannels(sizes[0]) && isChannels(sizes[2]);
  const [channels, ...edges] = isLast ? [sizes[2], sizes[0], sizes[1]] : sizes;
  if (!isChannels(channels)) throw unfit('1 or 3 channels', `${name} [${[batch, ...sizes]}]`);
  const [height, width] = edges.map((edge) => edgeOf(edge, size, edges));
  const shape: ImageShape = [channels, height, width];
  const ordered = isLast ? [height, width, channels] : shape;
  return {
    input: { name, dtype: 'float32', shape: [batch, ...ordered], ...(isLast && { layout: 'NHWC' }) },
    shape,
  };
}

/** Returns the name of the only output. @throws ExplainedError of kind `model` */
export const foreignOutput = ({ output = [] }: Graph): string => only(output, 'output').name ?? '';

/** Returns the version of the standard operators. */
export const opsetOf = ({ opsetImport = [] }: Model): number =>
  opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version ?? 1;

/** Returns the number of values in the constants of a graph. */
export const parametersOf = ({ initializer = [] }: Graph): number =>
  initializer.reduce((sum, { dims = [] }) => sum + dims.reduce((a, b) => a * b, 1), 0);

const isChannels = (size: Dimension | undefined): size is 1 | 3 => size === 1 || size === 3;

function edgeOf(edge: Dimension, size: number | undefined, edges: Dimension[]): number {
  if (typeof edge === 'number' && (size === undefined || size === edge)) return edge;
  const isAny = typeof edge === 'string';
  if (isAny && size !== undefined) return size;
  throw new ExplainedError({
    kind: 'usage',
    what: isAny ? 'the model takes pictures of any size' : '--size does not fit the model',
    expected: isAny ? 'the size that it was trained on' : `pictures of ${edges.join(' × ')} pixels`,
    got: isAny ? 'none' : `--size ${size}`,
    next: isAny ? 'Give it with --size, such as --size 224.' : 'Leave --size out: the model states its size.',
  });
}

/** Returns the only float32 tensor of a list. */
function only(values: readonly ValueInfo[], kind: 'input' | 'output'): ValueInfo {
  const [value] = values;
  if (value === undefined || values.length > 1) {
    throw unfit(`one ${kind}`, values.map(({ name }) => name).join(', ') || 'none');
  }
  const type = value.type?.tensorType?.elemType;
  if (type !== DataType.FLOAT) throw unfit(`a float32 ${kind}`, `${value.name} of ONNX data type ${type}`);
  return value;
}

/** Exporters write a dimension of any size as a name, as nothing, as 0 or as a negative number. */
function dimensionsOf({ type }: ValueInfo): Dimension[] {
  const dimensions = type?.tensorType?.shape?.dim ?? [];
  return dimensions.map(({ dimValue = 0, dimParam }, i) =>
    dimValue > 0 ? dimValue : dimParam || (i === 0 ? 'batch' : `size${i}`),
  );
}

/** Returns the error for a model that the Worker cannot serve. */
export const unfit = (
  expected: string,
  got: string,
  {
    next = 'Export the model again with one float32 input of pictures and one output of scores. Nothing was uploaded.',
    cause,
  }: { next?: string; cause?: unknown } = {},
): ExplainedError =>
  new ExplainedError({ kind: 'model', what: 'cannot serve the model', expected, got, next, cause });
