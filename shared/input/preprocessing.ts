/** @file How a model's input is made from a picture. */
import type { FitMode } from './fit/fit.ts';

/** What is done to a picture: the photo pipeline for garments, or scaling to the size of the input. */
export type Preprocessing =
  | { kind: 'garment'; version: number }
  | { kind: 'fit'; version: number; mode: FitMode; mean?: number[]; std?: number[] };
