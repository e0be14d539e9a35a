/**
 * @file Numbers that TypeScript and the kernels share. Both tsc and the AssemblyScript compiler compile this file: it
 * contains integer literals only.
 */

/** Kernels: values of `Operation.kind` (assembly/plan.ts). */
export const CONV3X3 = 1;
export const MAXPOOL2X2 = 2;
export const LINEAR = 3;
/** A convolution of any shape. */
export const CONV2D = 4;
/** Pooling of any shape. */
export const MAXPOOL2D = 5;
export const RELU = 6;
export const FLATTEN = 7;
/** Winograd's convolution, forward and backward. */
export const WINOGRAD = 8;
/** CONV3X3 with Winograd's convolution for the gradient of the input. */
export const WINOGRAD_GRADIENT = 9;
/** A convolution of any shape with Winograd's convolution in tiles of 4×4, forward and backward. */
export const CONV2D_WINOGRAD = 10;

/** Optimizers: values of `Job.optimizer`. */
export const SGD = 0;
export const ADAM = 1;

/** Images of a slice, the part of a batch that one thread works on at a time. */
export const SLICE = 4;

/** Float32 of a vector register. */
export const VECTOR_FLOATS = 4;

/** Vectors of outputs that the 3×3 convolution computes at a time: with two channels, one sum per register. */
export const BLOCK_VECTORS = 6;

/** Tiles that Winograd's convolution transforms at a time: their transforms fit into the cache. */
export const WINOGRAD_TILES = 100;

/**
 * Bytes from one channel's transformed tiles to the next: room for `WINOGRAD_TILES` float32 and the last block's overhang.
 * Not a power of two, which would map all channels to the same cache sets.
 */
export const WINOGRAD_LINE = 416;

/** The same for tiles of 4×4. */
export const WINOGRAD4_TILES = 24;
export const WINOGRAD4_LINE = 112;
/** The same for tiles that several blocks of a filter read: with those that only shifted blocks read. */
export const SHIFTED_TILES = 32;
export const SHIFTED_LINE = 144;
/** Bytes of its intermediate results besides the transformed tiles: of the transforms, then of a band of outputs. */
export const WINOGRAD4_BYTES = 10_240;
