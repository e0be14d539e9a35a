/** @file Requests of visitors and of attackers. Each call makes the next request of its kind. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import { jpeg, paint, png } from '../../fixtures/images.ts';
import { hostileFiles } from '../../fixtures/images-hostile.ts';
import { sample } from '../../fixtures/images-samples.ts';
import { type ExpensiveFile, expensiveFiles } from '../../support/expensive-files.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface TrafficRequest {
  name: string;
  path: string;
  init: RequestInit;
  /** Milliseconds after which the client hangs up, if it does. */
  hangUp?: number;
}

const encoder = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
await initJpegEncoder({ wasmBinary: new Uint8Array(readFileSync(encoder)).buffer });

const read = (path: string): Bytes => new Uint8Array(readFileSync(path));
const base64 = (bytes: Bytes): string => Buffer.from(bytes).toString('base64');

const classify = (name: string, body: Bytes, path = '/v1/classify'): TrafficRequest => ({
  name,
  path,
  init: { method: 'POST', body },
});

const json = (name: string, text: string, path = '/v1/classify'): TrafficRequest => ({
  name,
  path,
  init: { method: 'POST', body: text, headers: { 'content-type': 'application/json' } },
});

function form(name: string, files: Bytes[]): TrafficRequest {
  const body = new FormData();
  for (const [i, file] of files.entries()) body.append('image', new Blob([file]), `${i}`);
  return { name, path: '/v1/classify', init: { method: 'POST', body } };
}

/** Returns a photo-like picture: a dark shape on a bright wall, with noise. */
const scene = (width: number, height: number) =>
  paint(width, height, (x, y) => {
    const isInside = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 3;
    const noise = (x * 7919 + y * 104729) % 23;
    return isInside ? [40 + noise, 50 + noise, 110 + noise] : [200 + noise, 196 + noise, 186 + noise];
  });

/** Returns a function that picks from `list` with reproducible chance. */
function picker(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Returns a source of valid requests, which must all succeed. */
export async function visitor(seed: number): Promise<() => TrafficRequest> {
  const pick = picker(seed);
  const trouser = read('examples/trouser.png');
  const photo = await jpeg(scene(400, 533));
  const large = await jpeg(scene(1600, 1200), { quality: 80 });
  const requests = [
    classify('a PNG', trouser),
    classify('a JPEG of 400 × 533', photo, '/v1/classify?explain=1'),
    classify('a JPEG of 2 megapixels', large),
    classify('an AVIF', sample('lossy.avif')),
    form('a form of three images', [trouser, photo, sample('lossy.webp')]),
    json('a JSON body', JSON.stringify({ image: base64(trouser) })),
  ];
  return () => requests[pick(requests.length)] as TrafficRequest;
}

/** Returns a source of hostile requests. */
export async function attacker(seed: number): Promise<() => TrafficRequest> {
  const pick = picker(seed);
  const photo = await jpeg(scene(400, 533));
  const sixMegapixels = await png(3000, 2000, new Uint8Array(6_000_000), { channels: 1 });
  const wide = await jpeg(
    paint(4000, 3000, (x) => [x & 255, 90, 90]),
    { quality: 30, progressive: true },
  );
  const files = await hostileFiles();
  const expensive = await expensiveFiles();
  const tiny = sample('lossy.avif');
  const large = JSON.stringify({ image: 'A'.repeat(10_000_000) });
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const mutated = (bytes: Bytes): Bytes => {
    const copy = bytes.slice();
    for (let i = 0; i < 20; i++) copy[pick(copy.length)] = pick(256);
    return copy;
  };
  const word = () => pick(2 ** 31).toString(16);
  const kinds: (() => TrafficRequest)[] = [
    () => classify('a truncated JPEG', photo.slice(0, pick(photo.length))),
    () => classify('a mutated JPEG', mutated(photo)),
    () => classify('a mutated PNG', mutated(read('examples/trouser.png'))),
    () => {
      const { name, bytes } = files[pick(files.length)] as (typeof files)[number];
      return classify(name, new Uint8Array(bytes));
    },
    () => classify('a PNG of 6 megapixels', sixMegapixels),
    () => form('four progressive JPEGs of 12 megapixels', [wide, wide, wide, wide]),
    () => form('32 AVIFs', Array<Bytes>(32).fill(tiny)),
    () => json('deep JSON', nested(60_000)),
    () => json('wide JSON', `{"images":[${'"",'.repeat(60_000)}""]}`),
    () => json('a JSON body of 10 MB', large),
    () => json('a JSON tensor', `{"inputs":[${nested(1000)}]}`, '/v2/models/tinyvgg/infer'),
    () => classify('a random version', photo, `/v1/classify?version=${word().padStart(64, '0')}`),
    () => classify('a random alias', photo, `/v1/classify?alias=a${word()}`),
    () => {
      const { name, bytes } = expensive[pick(expensive.length)] as ExpensiveFile;
      return classify(name, bytes);
    },
    () => {
      const { bytes } = expensive[pick(expensive.length)] as ExpensiveFile;
      return { ...classify('a client that hangs up', bytes), hangUp: pick(400) };
    },
    () => classify('a body above the limit', new Uint8Array(11 * 2 ** 20)),
  ];
  return () => (kinds[pick(kinds.length)] as () => TrafficRequest)();
}
