/** @file What a kernel is: the WGSL of one dispatch, and its size. */

export interface Kernel {
  /** For people and error messages. */
  label: string;
  code: string;
  /** Workgroups of one replica with a batch of so many images. */
  groups: (count: number) => number;
}

/** Threads of a workgroup, unless a kernel says otherwise. */
export const LANES = 64;

/** WebGPU takes no more workgroups along one dimension. */
export const GRID_ROW = 65_535;

/** Lines of WGSL for 0 … count − 1. */
export const unrolled = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
