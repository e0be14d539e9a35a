/**
 * @file Hostile files: any bytes result in pixels or an ImageError, within limits of time and memory, and the decoder still
 * decodes the next image correctly. `FUZZ_RUNS=100000` runs the fuzzer for longer.
 */
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from '#shared/decode/decoder.ts';
import { formatOf } from '#shared/decode/format.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { MAX_DECODER_BYTES } from '#shared/decode/memory.ts';
import { copyPixels, type Pixels } from '#shared/decode/pixels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { find } from '../../fixtures/hostile/bytes.ts';
import { chunk, concat, png } from '../../fixtures/images.ts';
import { flipped, hostileFiles } from '../../fixtures/images-hostile.ts';
import { SAMPLE_NAMES, type SampleName, sample } from '../../fixtures/images-samples.ts';

/** Time limit for one file, generous for a slow and busy machine. The slowest file takes a twentieth of it. */
const MAX_MILLISECONDS = 5000;

interface Memory {
  buffer: ArrayBuffer;
}

/** The used part of `WebAssembly`, whose constructors Node's types do not allow to be replaced. */
const wasm = (
  globalThis as unknown as {
    WebAssembly: {
      Instance: new (...of: unknown[]) => { exports: Record<string, unknown> };
      Memory: new () => Memory;
    };
  }
).WebAssembly;

/** The memories of all instances. */
const memories = new Set<Memory>();
const { Instance } = wasm;

let decoder: Decoder;
/** Pixels of each sample, decoded before any hostile file. */
const expected = new Map<SampleName, Pixels>();
beforeAll(async () => {
  wasm.Instance = class extends Instance {
    constructor(...of: unknown[]) {
      super(...of);
      const memory = Object.values(this.exports).find((value) => value instanceof wasm.Memory);
      if (memory instanceof wasm.Memory) memories.add(memory);
    }
  };
  decoder = await openDecoder();
  for (const name of SAMPLE_NAMES) expected.set(name, await decoder.decode(sample(name), copyPixels));
});
afterAll(() => {
  wasm.Instance = Instance;
});

/** Returns the milliseconds of CPU time that this process has used since `start`, whatever else runs on the machine. */
function millisecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Decodes a file and checks the limits. Returns `pixels` or the fault. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
  const start = process.cpuUsage();
  try {
    const { width, height, data } = await decoder.decode(bytes, copyPixels);
    expect(data).toHaveLength(4 * width * height);
    return 'pixels';
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error.fault;
  } finally {
    expect(millisecondsSince(start)).toBeLessThan(MAX_MILLISECONDS);
    // Whatever the files were, all of them have been decoded in one memory of limited size.
    expect(memories.size).toBeLessThanOrEqual(1);
    for (const { buffer } of memories) expect(buffer.byteLength).toBeLessThan(MAX_DECODER_BYTES);
  }
}

/** The sample that is decoded after a hostile file of each format. */
const NEXT_SAMPLE: Record<string, SampleName> = {
  jpeg: 'progressive.jpg',
  png: 'alpha.png',
  webp: 'alpha.webp',
  avif: 'lossy.avif',
  gif: 'interlaced.gif',
};

/** Expects that a sample of the same format decodes correctly after a hostile file. */
async function expectRecovery(bytes: Uint8Array) {
  let name: SampleName = 'plain.png';
  try {
    name = NEXT_SAMPLE[formatOf(bytes)] ?? name;
  } catch {
    // No image format: any sample will do.
  }
  expect(await decoder.decode(sample(name), copyPixels)).toEqual(expected.get(name));
}

describe('a hostile file', async () => {
  it.each(await hostileFiles())('$name results in: $outcome', async ({ bytes, outcome }) => {
    const actual = await outcomeOf(bytes);
    if (outcome !== 'any') expect(actual).toBe(outcome);
    await expectRecovery(bytes);
  });

  it('that inflates to 2 GB costs no more than its pixels', async () => {
    const part = deflateRawSync(new Uint8Array(2 ** 25), { finishFlush: constants.Z_FULL_FLUSH });
    const bomb = concat(Uint8Array.of(0x78, 0xda), ...Array<Uint8Array>(64).fill(part));
    const header = await png(28, 28, [], { channels: 1 });
    const file = concat(header.subarray(0, 33), chunk('IDAT', bomb), chunk('IEND'));
    const start = process.cpuUsage();
    expect(await outcomeOf(file)).toBe('pixels');
    expect(millisecondsSince(start)).toBeLessThan(200);
    await expectRecovery(file);
  });
});

/**
 * Bytes at the end of a file that decoders do not need. PNG: the end of the last block, the checksums of the pixels and the chunk IEND. JPEG: the end marker.
 * GIF: the end of the data and the trailer.
 */
const OPTIONAL_BYTES: Record<string, number> = { png: 21, jpeg: 2, gif: 4 };

/** Returns the number of bytes that a complete picture needs. */
function neededBytes(name: SampleName): number {
  const file = sample(name);
  // The first frame ends long before the file does.
  if (name.startsWith('animated') || name.startsWith('sequence')) return 0;
  // The first scan of a progressive JPEG is a coarse, but complete picture. DHT or SOS follows it.
  if (name === 'progressive.jpg') return find(file, Uint8Array.of(0xff, 0xda)) + 10;
  return file.length - (OPTIONAL_BYTES[formatOf(file)] ?? 0);
}

describe.each(SAMPLE_NAMES)('%s', (name) => {
  it('is rejected when it is cut off anywhere', { tags: ['slow'] }, async () => {
    const file = sample(name);
    const needed = neededBytes(name);
    for (let length = 0; length < file.length; length++) {
      const outcome = await outcomeOf(file.slice(0, length));
      if (length < needed) expect(outcome, `${length} of ${file.length} bytes`).not.toBe('pixels');
    }
    await expectRecovery(file);
  });

  it('results in pixels or an error when bits are flipped', async () => {
    for (const file of flipped(name, 100)) await outcomeOf(file);
    await expectRecovery(sample(name));
  });
});

/** PNGs whose only picture is the one that is shown. */
const PNG_NAMES = SAMPLE_NAMES.filter(
  (name) => formatOf(sample(name)) === 'png' && !name.startsWith('animated'),
);

it.each(PNG_NAMES)(
  '%s is decoded to all of its pixels or not at all when it is cut off anywhere',
  async (name) => {
    const file = sample(name);
    const accepted: number[] = [];
    for (let length = 0; length <= file.length; length++) {
      const pixels = await decoder.decode(file.slice(0, length), copyPixels).catch(() => undefined);
      if (!pixels) continue;
      accepted.push(length);
      expect(pixels, `${length} of ${file.length} bytes`).toEqual(expected.get(name));
    }
    expect(accepted[0]).toBeLessThan(file.length);
  },
);

/** A change that the fuzzer makes to a file. */
const change = fc.oneof(
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

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(file: Uint8Array, change: Change): Uint8Array {
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

it(`${FUZZ_RUNS} fuzzed files result in pixels or errors, and all samples still decode correctly`, async () => {
  const outcomes: Record<string, number> = {};
  let slowest = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SAMPLE_NAMES),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      async (name, changes) => {
        const file = changes.reduce<Uint8Array>(changed, sample(name));
        const start = process.cpuUsage();
        const outcome = await outcomeOf(file);
        slowest = Math.max(slowest, millisecondsSince(start));
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      },
    ),
    { numRuns: FUZZ_RUNS },
  );
  console.log(outcomes, `slowest ${slowest.toFixed(0)} ms`);
  for (const name of SAMPLE_NAMES)
    expect(await decoder.decode(sample(name), copyPixels)).toEqual(expected.get(name));
});

it('the beginning of a sample followed by random bytes results in pixels or an error', async () => {
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
