/** @file Values of flags and of configuration files. */
import { describe, expect, it } from 'vitest';
import { parseOverrides } from '../../../train/run/overrides.ts';

describe('parseOverrides', () => {
  it.each(['', ' ', '0x10', '0b1', '1e999', 'Infinity', 'NaN', '1_000', '5 images', '1,5'])(
    'rejects the number "%s" by the name of its flag',
    (value) => {
      for (const [name, flag] of Object.entries({
        seed: '--seed',
        learningRate: '--learning-rate',
        limit: '--limit',
      })) {
        expect(() => parseOverrides({ [name]: value })).toThrow(
          `${flag}: expected a decimal number, got ${JSON.stringify(value)}`,
        );
      }
    },
  );

  it('rejects an infinite number of a configuration file', () => {
    expect(() => parseOverrides(JSON.parse('{"learningRate": 1e999}'), 'c.json')).toThrow(
      'c.json: learningRate: expected a decimal number, got Infinity',
    );
  });

  it.each(['data', 'out'])('rejects an empty path for %s', (name) => {
    expect(() => parseOverrides({ [name]: ' ' }, 'c.json')).toThrow(`c.json: ${name}: expected a path`);
  });

  it.each([
    ['0.05', 0.05],
    ['.5', 0.5],
    ['1e-3', 0.001],
    [' 7 ', 7],
    ['+0', 0],
    [0, 0],
  ])('accepts the number "%s"', (value, number) => {
    expect(parseOverrides({ learningRate: value })).toEqual({ learningRate: number });
  });
});
