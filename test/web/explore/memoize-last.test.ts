/** @file Memoization of the last result. */
import { expect, it } from 'vitest';
import { memoizeLast } from '../../../web/explore/memoize-last.ts';

it('memoizeLast computes again only when an argument changes', () => {
  let count = 0;
  const twice = memoizeLast((a: number, b: number) => {
    count += 1;
    return [a, b];
  });
  expect(twice(1, 2)).toBe(twice(1, 2));
  expect(twice(1, 3)).toEqual([1, 3]);
  expect(count).toBe(2);
});
