/** @file The plan of a network in memory: the fields of `Operation` and `Job` (assembly/plan.ts) as TypeScript writes them. */
import type * as compiled from './build/training.ts';
import type {
  CONV2D,
  CONV2D_WINOGRAD,
  CONV3X3,
  FLATTEN,
  LINEAR,
  MAXPOOL2D,
  MAXPOOL2X2,
  RELU,
  WINOGRAD,
  WINOGRAD_GRADIENT,
} from './constants.ts';

/** The kernel that computes an operation. */
export type Kernel =
  | typeof CONV2D
  | typeof CONV2D_WINOGRAD
  | typeof CONV3X3
  | typeof MAXPOOL2D
  | typeof MAXPOOL2X2
  | typeof LINEAR
  | typeof RELU
  | typeof FLATTEN
  | typeof WINOGRAD
  | typeof WINOGRAD_GRADIENT;

// `satisfies` compares names and order with the compiled structures, so that a changed field is an error here.
const [OPERATION_FIELDS] = [
  [
    ...['kind', 'x', 'dx', 'y', 'dy', 'weight', 'bias', 'extra', 'inputs', 'outputs'],
    ...['height', 'width', 'xRow', 'xPlane', 'yHeight', 'yWidth', 'yRow', 'yPlane'],
    ...['kernelSize', 'stride', 'before', 'phaseRow', 'phasePlane', 'tile', 'relu', 'masked'],
  ],
] as const satisfies compiled.Operation;

const [INTEGERS, FLOATS] = [
  [
    ...['generation', 'pending', 'left', 'order', 'arrivals', 'failed'],
    ...['threads', 'training', 'batch', 'ops', 'opCount', 'images', 'targets', 'logits', 'losses'],
    ...['classes', 'arena', 'imageBytes', 'threadBytes'],
    ...['parameters', 'gradients', 'parameterBytes'],
    ...['input', 'channels', 'height', 'width', 'rowFloats', 'planeBytes', 'optimizer', 'buffers', 'average'],
  ],
  [
    'learningRate',
    'weightDecay',
    'momentum',
    'beta1',
    'rest1',
    'beta2',
    'rest2',
    'correction',
    'epsilon',
    'keep',
    'averaging',
    'labelSmoothing',
  ],
] as const satisfies compiled.Job;

export type Operation = Readonly<Record<(typeof OPERATION_FIELDS)[number], number>>;

export type JobFields = Partial<Record<(typeof INTEGERS)[number] | (typeof FLOATS)[number], number>>;

/** Returns an operation as the 32-bit words of its structure. */
export const wordsOf = (operation: Operation): number[] => OPERATION_FIELDS.map((field) => operation[field]);

export const JOB_BYTES = 4 * (INTEGERS.length + FLOATS.length);

/** Writes some fields of the job at `address`. */
export function writeJob(buffer: ArrayBufferLike, address: number, fields: JobFields): void {
  const view = new DataView(buffer, address, JOB_BYTES);
  for (const [name, value] of Object.entries(fields)) {
    const float = FLOATS.indexOf(name as (typeof FLOATS)[number]);
    if (float >= 0) view.setFloat32(4 * (INTEGERS.length + float), value, true);
    else view.setInt32(4 * INTEGERS.indexOf(name as (typeof INTEGERS)[number]), value, true);
  }
}
