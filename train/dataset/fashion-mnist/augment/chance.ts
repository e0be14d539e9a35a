/** @file What an augmentation draws: a generator of its own for each image, so that any image can be made again without those before it. */
import { Generator } from '../../../random.ts';

export class Chance {
  readonly #generator: Generator;

  /** Draws that depend on these numbers, in their order, and on nothing else. */
  constructor(...place: number[]) {
    this.#generator = Generator.seeded(place.reduce(mix, 0));
  }

  /** Uniform in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.#generator.random() * 2 ** -32;
  }

  /** About normal with mean 0: the sum of four uniform draws, never beyond 3.5 deviations. */
  around(deviation: number): number {
    const sum = this.between(-1, 1) + this.between(-1, 1) + this.between(-1, 1) + this.between(-1, 1);
    return sum * deviation * Math.sqrt(3 / 4);
  }

  /** True with this probability. */
  whether(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** −1 or 1. */
  sign(): number {
    return this.whether(0.5) ? 1 : -1;
  }
}

/** The finalizer of MurmurHash3: neighbours end far from each other. */
function mix(state: number, value: number): number {
  let h = Math.imul(state, 31) + value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
