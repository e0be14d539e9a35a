/** @file What a step is told, as it lies in memory: the fields of Op and Job (assembly/plan.ts), in their order. */

export const KERNEL = {
  conv3x3: 1,
  maxPool2x2: 2,
  linear: 3,
  scalarConv2d: 4,
  scalarMaxPool2d: 5,
  scalarLinear: 6,
  relu: 7,
  flatten: 8,
  winograd: 9,
} as const;

export type Kernel = (typeof KERNEL)[keyof typeof KERNEL];

const OPERATION = [
  ...['kind', 'x', 'dx', 'y', 'dy', 'weight', 'bias', 'extra', 'inputs', 'outputs'],
  ...['height', 'width', 'xRow', 'xPlane', 'yHeight', 'yWidth', 'yRow', 'yPlane'],
  ...['kernelSize', 'stride', 'before', 'relu', 'masked'],
] as const;

export type Operation = Readonly<Record<(typeof OPERATION)[number], number>>;

export const wordsOf = (operation: Operation): number[] => OPERATION.map((field) => operation[field]);

const INTEGERS = [
  ...['generation', 'pending', 'stop', 'threads', 'training', 'batch', 'ops', 'opCount'],
  ...['images', 'labels', 'logits', 'losses', 'classes', 'arena', 'imageBytes', 'threadBytes'],
  ...['parameters', 'gradients', 'parameterBytes'],
  ...['input', 'channels', 'height', 'width', 'rowFloats', 'planeBytes', 'optimizer', 'buffers'],
] as const;
const FLOATS = [
  ...['learningRate', 'weightDecay', 'momentum', 'beta1', 'rest1', 'beta2', 'rest2', 'correction', 'epsilon'],
] as const;

export type JobFields = Partial<Record<(typeof INTEGERS)[number] | (typeof FLOATS)[number], number>>;

export const JOB_BYTES = 4 * (INTEGERS.length + FLOATS.length);

/** Sets some fields of the job at `address`. */
export function writeJob(buffer: ArrayBufferLike, address: number, fields: JobFields): void {
  const view = new DataView(buffer, address, JOB_BYTES);
  for (const [name, value] of Object.entries(fields)) {
    const float = FLOATS.indexOf(name as (typeof FLOATS)[number]);
    if (float >= 0) view.setFloat32(4 * (INTEGERS.length + float), value, true);
    else view.setInt32(4 * INTEGERS.indexOf(name as (typeof INTEGERS)[number]), value, true);
  }
}
