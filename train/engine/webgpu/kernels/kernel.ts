/** @file The type of a generated kernel, and constants of all kernels. */

/** A WGSL kernel and the size of its dispatch. */
export interface Kernel {
  /** Shown in error messages. */
  label: string;
  code: string;
  /** Returns the workgroups of one replica with a batch of `count` images. */
  groups: (count: number) => number;
}

/** Threads of a workgroup, except in the kernels of the head. */
export const LANES = 64;

/** WebGPU's limit of workgroups along one dimension. Larger dispatches have several rows. */
export const GRID_ROW = 65_535;

/** Joins the lines that `line` returns for 0 … count − 1. */
export const unrolled = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
