/** @file The state of /explore in the URL. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INITIAL, readState, type State, writeState } from '../../../web/explore/state.ts';
import { readPixels, writePixels } from '../../../web/picture/link.ts';

const cell = fc.tuple(fc.nat(99), fc.nat(99));
const states: fc.Arbitrary<State> = fc.record({
  part: fc.constantFrom('', 'tensor', 'network'),
  image: fc.constantFrom('bag', 'own', 't-shirt'),
  pixels: fc.constantFrom('', writePixels(Uint8Array.from({ length: 784 }, (_, i) => i % 251))),
  flaw: fc.constantFrom('', 'no-garment', 'poor-mask'),
  view: fc.constantFrom('network', 'colour'),
  pixel: cell,
  kernel: fc.constantFrom('own', 'blur', 'learned-2-10-3'),
  weights: fc.constantFrom([], [0.5], [1, -2, 0.25, 0, 5, 6, 7, 8, -9.5]),
  size: fc.constantFrom(1, 3, 5, 7),
  stride: fc.constantFrom(1, 2, 3),
  padding: fc.constantFrom(0, 1, 2, 3),
  bias: fc.constantFrom(0, -0.5, 0.07021484375),
  source: fc.constantFrom('network', 'photo'),
  at: cell,
  seed: fc.constantFrom(0, 42, 4294967295),
  filter: fc.nat(9),
  filterAt: cell,
  poolSize: fc.constantFrom(2, 3),
  poolStride: fc.constantFrom(1, 2, 3),
  poolMap: fc.nat(20),
  poolAt: cell,
  layer: fc.nat(20),
  map: fc.nat(20),
  cell,
  shape: fc.constantFrom([784], [1, 28, 28], [3, 334, 515]),
  stack: fc.constantFrom('', 'ReLU()', 'Conv2d(3,10,kernel_size=(3,1),padding=same);Flatten(1,end_dim=-1)'),
  sample: fc.nat(49),
  temperature: fc.constantFrom(0, 0.2, 1.5, 5),
});

describe('the state in the URL', () => {
  it('is the same after it is written and parsed', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(readState(writeState(state))).toEqual(state);
      }),
    );
  });
  it('is empty for the initial state', () => {
    expect(writeState(INITIAL)).toBe('');
    expect(readState('')).toEqual(INITIAL);
    expect(writeState({ ...INITIAL, part: 'pooling' })).toBe('#pooling');
  });
  it('has readable names and values', () => {
    expect(writeState({ ...INITIAL, part: 'convolution', kernel: 'blur', at: [3, 4] })).toBe(
      '#convolution?kernel=blur&at=3,4',
    );
  });
  it('has the initial values where the fragment is invalid', () => {
    const nonsense =
      '#a/b?size=4&stride=NaN&at=1,2,3&pixel=-1,0&temperature=1e9&weights=1,2&bias=&kernel=%00&view=__proto__&flaw=low-score&layer=1.5&pixels=abc&seed=-1&filter=10&shape=3,0,4&stack=<b>&sample=50';
    expect(readState(nonsense)).toEqual(INITIAL);
  });
  it.each([
    ['bias=1000000000', 'bias=99'],
    ['kernel=own&weights=12345.678,-100,0,0,0,0,0,0,0', 'kernel=own&weights=99,-99,0,0,0,0,0,0,0'],
  ])('limits a weight and a bias: %s', (query, limited) => {
    expect(writeState(readState(`#?${query}`))).toBe(`#?${limited}`);
  });
  it.each(['size=9', 'padding=9', 'kernel=nosuch'])('leaves out %s, which the page cannot show', (query) => {
    expect(writeState(readState(`#convolution?${query}`))).toBe('#convolution');
  });
  it('parses from any text without an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Object.keys(readState(text))).toEqual(Object.keys(INITIAL));
      }),
    );
  });
});

it('an image in the URL is the same after it is written and parsed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 784, maxLength: 784 }), (image) => {
      const pixels = writePixels(image);
      expect(readState(`#?image=own&pixels=${pixels}`).pixels).toBe(pixels);
      expect(readPixels(pixels)).toEqual(image);
    }),
  );
});
