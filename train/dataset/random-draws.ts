/** @file Random draws for one image. Each image has its own generator, so any image can be augmented without those before it. */
import { Generator } from '../random.ts';

export class RandomDraws {
  readonly #generator: Generator;

  /** Seeds the generator with a hash of `keys`, such as the seed, the epoch and the index of the image. */
  constructor(...keys: number[]) {
    this.#generator = Generator.seeded(keys.reduce(mix, 0));
  }

  /** Draws from the uniform distribution on [from, to). */
  uniform(from: number, to: number): number {
    return from + (to - from) * this.#generator.random() * 2 ** -32;
  }

  /** Draws from nearly a normal distribution with mean 0: the sum of four uniform draws, at most 3.5 standard deviations from 0. */
  normal(deviation: number): number {
    const sum = this.uniform(-1, 1) + this.uniform(-1, 1) + this.uniform(-1, 1) + this.uniform(-1, 1);
    return sum * deviation * Math.sqrt(3 / 4);
  }

  /** Returns true with the given probability. */
  bernoulli(probability: number): boolean {
    return this.uniform(0, 1) < probability;
  }

  /** Returns −1 or 1 with equal probability. */
  sign(): number {
    return this.bernoulli(0.5) ? 1 : -1;
  }
}

/** Mixes a value into a hash with the finalizer of MurmurHash3, so that neighbouring keys give unrelated seeds. */
function mix(state: number, value: number): number {
  let h = Math.imul(state, 31) + value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
