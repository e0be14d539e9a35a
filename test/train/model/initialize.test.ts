/** @file The first weights that `--initialization he` draws. test/train/random.test.ts has those of PyTorch's constructors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv2d, flatten, linear, resolveNetwork, sizeOf } from '../../../shared/model/spec.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';

/** Draws the weights of a convolution and of a linear layer after it. */
function draw(channels: number, filters: number, edge: number, seed: number) {
  const features = filters * (9 - edge) ** 2;
  const layers = [conv2d(channels, filters, edge), flatten(), linear(features, 7)];
  const network = resolveNetwork({ name: 'any', input: [channels, 8, 8], modules: { layers } });
  return { network, weights: initialWeights(network, Generator.seeded(seed), 'he') };
}

describe('he', () => {
  it('draws weights up to √(6/fanIn), the bound in the documentation of kaiming_uniform_, and biases of 0', () => {
    const size = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(size, size, size, fc.nat(), (channels, filters, edge, seed) => {
        const { network, weights } = draw(channels, filters, edge, seed);
        for (const { name, shape } of network.parameters) {
          const values = weights.get(name) as Float32Array;
          if (shape.length === 1) {
            expect(values).toEqual(new Float32Array(shape[0]));
            continue;
          }
          const bound = Math.fround(Math.sqrt(6 / sizeOf(shape.slice(1))));
          const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
          expect(largest).toBeLessThanOrEqual(bound);
          // All of 400 uniform numbers are smaller than 0.95 of the bound once in a thousand million times.
          if (values.length >= 400) expect(largest).toBeGreaterThan(0.95 * bound);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('draws the numbers of PyTorch 1.13 for a convolution', () => {
    // torch.manual_seed(42); w = torch.empty(12, 3, 3, 3); torch.nn.init.kaiming_uniform_(w, nonlinearity='relu')
    const values = draw(3, 12, 3, 42).weights.get('layers.0.weight') as Float32Array;
    expect([...values.slice(0, 4)]).toEqual([
      0.36040690541267395, 0.3912694752216339, -0.11043711006641388, 0.43303751945495605,
    ]);
    expect(values.at(-1)).toBe(0.24166357517242432);
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(-7.062549188383855, 9);
  });
});
