/** @file Compares lists of numbers. */
import { expect } from 'vitest';

/** Expects values that differ by at most `tolerance`. */
export function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(got[i] - expected[i]), `element ${i}: ${got[i]} and ${expected[i]}`).toBeLessThanOrEqual(
      tolerance,
    );
  }
}
