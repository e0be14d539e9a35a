/**
 * @file PyTorch's CPU random generator: the only source of chance in the project.
 *
 * Bit for bit what `torch.manual_seed`, `uniform_`, `random_` and `randperm` draw on x86-64
 * (aten/src/ATen/core/MT19937RNGEngine.h, CPUGeneratorImpl.cpp, native/TensorFactories.cpp; the algorithm is Matsumoto
 * and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998).
 */

const N = 624;
const M = 397;
const UPPER_MASK = 0x80000000;
const LOWER_MASK = 0x7fffffff;
const MATRIX_A = 0x9908b0df;

/** All that a generator is, for checkpoints. */
export interface GeneratorState {
  words: Uint32Array;
  /** Next word to temper; N means that the state is twisted first. */
  position: number;
}

export class Generator {
  readonly #words: Uint32Array;
  #position: number;

  private constructor(words: Uint32Array, position: number) {
    this.#words = words;
    this.#position = position;
  }

  /** `torch.manual_seed(seed)`: only the low 32 bits of the seed count. */
  static seeded(seed: number | bigint): Generator {
    const words = new Uint32Array(N);
    words[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let j = 1; j < N; j++) {
      const previous = words[j - 1] ^ (words[j - 1] >>> 30);
      words[j] = Math.imul(1812433253, previous) + j;
    }
    return new Generator(words, N);
  }

  /** A generator that goes on where `state` was taken. */
  static restored({ words, position }: GeneratorState): Generator {
    return new Generator(words.slice(), position);
  }

  state(): GeneratorState {
    return { words: this.#words.slice(), position: this.#position };
  }

  /** One 32-bit word. */
  random(): number {
    if (this.#position === N) this.#twist();
    let word = this.#words[this.#position++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** `tensor.random_()` of an int64 tensor: two words, the first is the high half; the sign bit is cleared. */
  randomInt64(): bigint {
    const high = BigInt(this.random());
    const low = BigInt(this.random());
    return BigInt.asUintN(63, (high << 32n) | low);
  }

  /**
   * `tensor.uniform_(from, to)` of a float32 tensor with `count` elements: one word each, in row-major order.
   * x86-64 builds contract the scaling into one fused multiply-add; a double holds the product exactly, so rounding
   * once at the end reproduces it.
   */
  uniform(count: number, from: number, to: number): Float32Array<ArrayBuffer> {
    const low = Math.fround(from);
    const range = Math.fround(Math.fround(to) - low);
    return Float32Array.from({ length: count }, () => (this.random() & 0xffffff) * 2 ** -24 * range + low);
  }

  /** `torch.randperm(count)` for count below 2^32 / 20. */
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

  #twist(): void {
    const words = this.#words;
    for (let j = 0; j < N; j++) {
      const mixed = (words[j] & UPPER_MASK) | (words[(j + 1) % N] & LOWER_MASK);
      words[j] = words[(j + M) % N] ^ (mixed >>> 1) ^ (mixed & 1 ? MATRIX_A : 0);
    }
    this.#position = 0;
  }
}
