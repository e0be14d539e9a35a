/**
 * @file PyTorch's CPU random generator, the only source of randomness in training, and of the random filters of /explore.
 *
 * It draws bit for bit what `torch.manual_seed`, `uniform_`, `random_` and `randperm` draw on x86-64
 * (aten/src/ATen/core/MT19937RNGEngine.h, CPUGeneratorImpl.cpp, native/TensorFactories.cpp). The algorithm is MT19937: Matsumoto and
 * Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998.
 */

const N = 624;
const M = 397;
const UPPER_MASK = 0x80000000;
const LOWER_MASK = 0x7fffffff;
const MATRIX_A = 0x9908b0df;

/** The complete state of a generator, for checkpoints. */
export interface GeneratorState {
  words: Uint32Array;
  /** Index of the next word. At N the words are generated again first. */
  position: number;
}

export class Generator {
  readonly #words: Uint32Array;
  #position: number;

  private constructor(words: Uint32Array, position: number) {
    this.#words = words;
    this.#position = position;
  }

  /** Creates a generator as `torch.manual_seed(seed)` does: it uses only the low 32 bits of the seed. */
  static seeded(seed: number | bigint): Generator {
    const words = new Uint32Array(N);
    words[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let j = 1; j < N; j++) {
      const previous = words[j - 1] ^ (words[j - 1] >>> 30);
      words[j] = Math.imul(1812433253, previous) + j;
    }
    return new Generator(words, N);
  }

  /** Creates a generator that continues from a state. */
  static restored({ words, position }: GeneratorState): Generator {
    return new Generator(words.slice(), position);
  }

  /** Returns a copy of the state. */
  state(): GeneratorState {
    return { words: this.#words.slice(), position: this.#position };
  }

  /** Draws an unsigned 32-bit integer. */
  random(): number {
    if (this.#position === N) this.#twist();
    let word = this.#words[this.#position++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** Draws as `tensor.random_()` of an int64 tensor does: two words, the high half first, with the sign bit cleared. */
  randomInt64(): bigint {
    const high = BigInt(this.random());
    const low = BigInt(this.random());
    return BigInt.asUintN(63, (high << 32n) | low);
  }

  /**
   * Draws as `tensor.uniform_(from, to)` of a float32 tensor with `count` elements does: one word for each element, in row-major order.
   * x86-64 builds contract the scaling into one fused multiply-add. A double holds the product exactly, so rounding once at the end gives
   * the same bits.
   */
  uniform(count: number, from: number, to: number): Float32Array<ArrayBuffer> {
    const low = Math.fround(from);
    const range = Math.fround(Math.fround(to) - low);
    return Float32Array.from({ length: count }, () => (this.random() & 0xffffff) * 2 ** -24 * range + low);
  }

  /** Draws as `torch.randperm(count)` does, for counts below 2^32 / 20. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const other = i + (this.random() % (count - i));
      const held = order[i];
      order[i] = order[other];
      order[other] = held;
    }
    return order;
  }

  /** Generates the next N words. */
  #twist(): void {
    const words = this.#words;
    for (let j = 0; j < N; j++) {
      const mixed = (words[j] & UPPER_MASK) | (words[(j + 1) % N] & LOWER_MASK);
      words[j] = words[(j + M) % N] ^ (mixed >>> 1) ^ (mixed & 1 ? MATRIX_A : 0);
    }
    this.#position = 0;
  }
}
