/**
 * @file Whatever bytes come, the answer is pixels or an ImageError, soon and in little memory, and the next image is fine.
 * `FUZZ_RUNS=100000` fuzzes for longer.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDecoder } from '#shared/decode/compile.ts';
import type { Decoder } from '#shared/decode/decoder.ts';
import { formatOf } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import { chunk, concat, png } from '../../fixtures/images.ts';
import { flipped, hostileFiles } from '../../fixtures/images-hostile.ts';
import { SAMPLE_NAMES, type SampleName, sample } from '../../fixtures/images-samples.ts';

/** For one file, on a slow machine with other work. The slowest takes a twentieth of it. */
const MAX_MILLISECONDS = 5000;

/** Most memory of any decoder, in bytes: the file, and what the limits allow. */
const MAX_MEMORY_BYTES = 100_000_000;

interface Memory {
  buffer: ArrayBuffer;
}

/** What is used here; the types of Node know less. */
const wasm = (
  globalThis as unknown as {
    WebAssembly: {
      Instance: new (...of: unknown[]) => { exports: Record<string, unknown> };
      Memory: new () => Memory;
    };
  }
).WebAssembly;

/** The memories of the youngest instances: more than one decoder uses for a file. */
let memories: Memory[] = [];
const { Instance } = wasm;

let decoder: Decoder;
const sound = new Map<SampleName, Pixels>();
beforeAll(async () => {
  wasm.Instance = class extends Instance {
    constructor(...of: unknown[]) {
      super(...of);
      const memory = Object.values(this.exports).find((value) => value instanceof wasm.Memory);
      if (memory instanceof wasm.Memory) memories = [memory, ...memories.slice(0, 7)];
    }
  };
  const read = async (specifier: string) =>
    new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(specifier))));
  decoder = await compileDecoder(read);
  for (const name of SAMPLE_NAMES) sound.set(name, await decoder.decode(sample(name)));
});
afterAll(() => {
  wasm.Instance = Instance;
});

async function outcomeOf(bytes: Uint8Array): Promise<string> {
  const start = performance.now();
  try {
    const { width, height, data } = await decoder.decode(bytes);
    expect(data).toHaveLength(4 * width * height);
    return 'pixels';
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error.fault;
  } finally {
    expect(performance.now() - start).toBeLessThan(MAX_MILLISECONDS);
    for (const { buffer } of memories) expect(buffer.byteLength).toBeLessThan(MAX_MEMORY_BYTES);
  }
}

/** A sample of the same format, to be decoded right afterwards. */
const NEXT: Record<string, SampleName> = {
  jpeg: 'progressive.jpg',
  png: 'alpha.png',
  webp: 'alpha.webp',
  avif: 'lossy.avif',
  gif: 'interlaced.gif',
};

async function expectSoundAfter(bytes: Uint8Array) {
  let name: SampleName = 'plain.png';
  try {
    name = NEXT[formatOf(bytes)] ?? name;
  } catch {
    // No image: the next one may be any.
  }
  expect(await decoder.decode(sample(name))).toEqual(sound.get(name));
}

describe('a hostile file', async () => {
  it.each(await hostileFiles())('$name: $outcome', async ({ bytes, outcome }) => {
    const actual = await outcomeOf(bytes);
    if (outcome !== 'any') expect(actual).toBe(outcome);
    await expectSoundAfter(bytes);
  });

  it('a PNG that inflates to gigabytes is refused without inflating them', async () => {
    const part = deflateRawSync(new Uint8Array(2 ** 25), { finishFlush: constants.Z_FULL_FLUSH });
    const bomb = concat(Uint8Array.of(0x78, 0xda), ...Array<Uint8Array>(64).fill(part));
    const header = await png(28, 28, [], { channels: 1 });
    const file = concat(header.subarray(0, 33), chunk('IDAT', bomb), chunk('IEND'));
    const start = performance.now();
    expect(await outcomeOf(file)).toBe('too-large');
    expect(performance.now() - start).toBeLessThan(500);
    await expectSoundAfter(file);
  });
});

/** Bytes at the end that a picture is complete without: PNG's IEND chunk, GIF's end of data and trailer. */
const SPARE_BYTES: Record<string, number> = { png: 12, gif: 4 };

describe.each(SAMPLE_NAMES)('%s', (name) => {
  it('cut off anywhere is refused', async () => {
    const file = sample(name);
    const spare = name === 'animated.png' ? 90 : (SPARE_BYTES[formatOf(file)] ?? 0);
    const end = isAnimation(name) ? 0 : file.length - spare;
    for (let length = 0; length < file.length; length++) {
      const outcome = await outcomeOf(file.slice(0, length));
      if (length < end) expect(outcome, `${length} of ${file.length} bytes`).not.toBe('pixels');
    }
    await expectSoundAfter(file);
  });

  it('with flipped bits is pixels or an error', async () => {
    for (const file of flipped(name, 100)) await outcomeOf(file);
    await expectSoundAfter(sample(name));
  });
});

/** Its first frame ends long before the file. */
function isAnimation(name: SampleName): boolean {
  return name.startsWith('animated') || name.startsWith('sequence');
}

/** What a fuzzer does to a file. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(),
    byte: fc.constantFrom(0, 1, 127, 128, 254, 255),
  }),
  fc.record({ kind: fc.constant('number' as const), at: fc.nat(), number: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), length: fc.nat(64) }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), length: fc.nat(64), times: fc.nat(200) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 64 }) }),
  fc.record({ kind: fc.constant('splice' as const), at: fc.nat(), from: fc.constantFrom(...SAMPLE_NAMES) }),
);

function damaged(
  file: Uint8Array,
  change: typeof damage extends fc.Arbitrary<infer T> ? T : never,
): Uint8Array {
  const at = change.at % Math.max(1, file.length);
  const copy = file.slice();
  switch (change.kind) {
    case 'flip':
      copy[at] = (copy[at] ?? 0) ^ (1 << change.bit);
      return copy;
    case 'set':
      copy[at] = change.byte;
      return copy;
    case 'number':
      if (at + 4 <= copy.length) new DataView(copy.buffer).setUint32(at, change.number);
      return copy;
    case 'cut':
      return concat(file.subarray(0, at), file.subarray(at + change.length));
    case 'repeat': {
      const part = file.subarray(at, at + change.length);
      return concat(file.subarray(0, at), ...Array<Uint8Array>(change.times).fill(part), file.subarray(at));
    }
    case 'insert':
      return concat(file.subarray(0, at), change.bytes, file.subarray(at));
    case 'splice':
      return concat(file.subarray(0, at), sample(change.from).subarray(at));
  }
}

const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 1500);

it(`${FUZZ_RUNS} damaged files are pixels or errors, and every picture decodes as before`, async () => {
  const outcomes: Record<string, number> = {};
  let slowest = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SAMPLE_NAMES),
      fc.array(damage, { minLength: 1, maxLength: 6 }),
      async (name, changes) => {
        const file = changes.reduce<Uint8Array>(damaged, sample(name));
        const start = performance.now();
        const outcome = await outcomeOf(file);
        slowest = Math.max(slowest, performance.now() - start);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      },
    ),
    { numRuns: FUZZ_RUNS },
  );
  console.log(outcomes, `slowest ${slowest.toFixed(0)} ms`);
  for (const name of SAMPLE_NAMES) expect(await decoder.decode(sample(name))).toEqual(sound.get(name));
}, 3_600_000);

it('any bytes behind the beginning of a format are pixels or errors', async () => {
  const beginnings = fc
    .tuple(fc.constantFrom(...SAMPLE_NAMES), fc.nat(60))
    .map(([name, length]) => sample(name).slice(0, length));
  await fc.assert(
    fc.asyncProperty(beginnings, fc.uint8Array({ maxLength: 300 }), async (beginning, rest) => {
      await outcomeOf(concat(beginning, rest));
    }),
    { numRuns: 500 },
  );
});
