/** @file The photo in colour and in grey, with fewer pixels. */
import { describe, expect, it } from 'vitest';
import { sourcePicture } from '../../../web/explore/source-picture.ts';
import { greyOf, reduce } from '../../../web/picture/reduce.ts';

describe('a reduced image', () => {
  const pixels = (width: number, height: number, ...data: number[]) => ({
    width,
    height,
    data: Uint8Array.from(data),
  });

  it('has the mean of the covered pixels, channel by channel', () => {
    const { width, height, data } = reduce(
      pixels(4, 1, 255, 0, 0, 255, 0, 0, 255, 255, 51, 102, 153, 255, 51, 102, 153, 255),
      2,
    );
    expect([width, height]).toEqual([2, 1]);
    const expected = [0.5, 0.2, 0, 0.4, 0.5, 0.6];
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected[i], 6);
  });
  it('has a white background behind transparent pixels', () => {
    expect([...reduce(pixels(1, 1, 0, 0, 0, 0), 8).data]).toEqual([1, 1, 1]);
  });
  it('is never enlarged, and has the grey of Rec. 601', () => {
    const small = reduce(pixels(1, 2, 255, 0, 0, 255, 0, 255, 0, 255), 64);
    expect([small.width, small.height]).toEqual([1, 2]);
    expect([...greyOf(small).data].map((value) => value.toFixed(3))).toEqual(['0.299', '0.587']);
  });
  it('has different sizes in colour and in grey', () => {
    const picture = sourcePicture(
      'own',
      { width: 300, height: 400, data: new Uint8Array(480_000).fill(255) },
      { image: new Uint8Array(784), steps: [{ step: 'as-is' }] },
      [1, 28, 28],
    );
    expect([
      picture.colour?.width,
      picture.colour?.height,
      picture.grey?.width,
      picture.grey?.height,
    ]).toEqual([48, 64, 72, 96]);
  });
});
