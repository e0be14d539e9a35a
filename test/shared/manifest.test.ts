/** @file Tests which calibrations and golden vectors a manifest may contain. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Manifest, parseStored } from '#shared/manifest.ts';
import { rankLabels, temperatureOf } from '#shared/predictions.ts';

const released = JSON.parse(await readFile('release/tinyvgg.json', 'utf8'));
const FITTED = {
  method: 'temperature',
  temperature: 1.25,
  heldOut: 6000,
  ece: { before: 0.04, after: 0.01, bins: 15, images: 10_000 },
};

/** Parses the bundled manifest with another calibration, given as JSON or undefined for none. */
function stored(calibration: string | undefined) {
  const { calibration: _, ...manifest } = released;
  const text = JSON.stringify(manifest);
  const whole = calibration === undefined ? text : `${text.slice(0, -1)},"calibration":${calibration}}`;
  return parseStored(Manifest, 'this manifest', new TextEncoder().encode(whole));
}

describe('the calibration of a manifest', () => {
  it.each([
    ['absent', undefined, 1],
    ['a temperature alone, as in the first releases', '{"temperature":1}', 1],
    ['a fitted temperature with its errors', JSON.stringify(FITTED), 1.25],
  ])('may be %s', (_, calibration, temperature) => {
    const manifest = stored(calibration);
    expect(temperatureOf(manifest)).toBe(temperature);
    const [first, second] = rankLabels(Float32Array.from([2, 1]), { ...manifest, labels: ['a', 'b'] });
    expect(first.score / second.score).toBeCloseTo(Math.exp(1 / temperature), 12);
  });

  it.each([
    ['zero', '{"temperature":0}'],
    ['negative', '{"temperature":-1}'],
    ['infinite', '{"temperature":1e999}'],
    ['null, which JSON writes for NaN', '{"temperature":null}'],
    ['a string', '{"temperature":"1"}'],
    ['without a temperature', '{}'],
    ['of another method', JSON.stringify({ ...FITTED, method: 'vector' })],
    ['with a calibration error above 1', JSON.stringify({ ...FITTED, ece: { ...FITTED.ece, after: 1.5 } })],
  ])('is refused if it is %s', (_, calibration) => {
    expect(() => stored(calibration)).toThrow(/cannot use this manifest.*got calibration\./);
  });
});

describe('the pixels of a golden vector', () => {
  const parse = (pixels: string) => {
    const vectors = [{ pixels, logits: [1] }];
    const manifest = { ...released, golden: { ...released.golden, vectors } };
    return parseStored(Manifest, 'this manifest', new TextEncoder().encode(JSON.stringify(manifest)));
  };

  it.each([
    ['', 'AAAA', 'AA==', 'AAA=', '+/09azAZ'],
    // valibot's own check overflows the stack here.
    ['A'.repeat(7_900_000)],
  ])('may be base64', (...texts) => {
    for (const pixels of texts) expect(parse(pixels).golden.vectors[0]?.pixels).toBe(pixels);
  });

  it.each(['A', 'AA', 'AAA', 'A===', '====', 'AA=A', '=AAA', 'AA==AAAA', 'AA A', 'AA-_', 'AAA\n', 'äAAA'])(
    'may not be %j',
    (pixels) => {
      expect(() => parse(pixels)).toThrow(/golden\.vectors\.0\.pixels: expected base64/);
    },
  );
});
