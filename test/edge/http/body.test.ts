/** @file Reading a request body: the same bytes for any chunks and any declared length, within limits of memory and time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readBody } from '../../../edge/http/body.ts';
import { holdBytes, release } from '../../../edge/http/held.ts';
import { MAX_BODY_BYTES, MAX_HELD_BYTES, RESERVED_BYTES } from '../../../edge/http/limits.ts';
import { newRecord } from '../../../edge/http/record.ts';
import { concat } from '../../fixtures/images.ts';

/** Returns a byte stream, like that of a request over HTTP. */
function streamOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    start(controller) {
      // The stream takes the memory of a chunk.
      for (const chunk of chunks) controller.enqueue(chunk.slice());
      controller.close();
    },
  });
}

it('returns the bytes of any chunks in one buffer of their length', async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9000 }), { minLength: 1, maxLength: 20 });
  const lengths = fc.constantFrom(undefined, 'true', '0', '1', '2000', '10485760', 'x', '-1');
  await fc.assert(
    fc.asyncProperty(chunks, lengths, async (chunks, declared) => {
      const expected = concat(...chunks);
      const length = declared === 'true' ? `${expected.length}` : declared;
      const headers = length === undefined ? {} : { 'content-length': length };
      const record = newRecord();
      const body = await readBody(
        new Request('https://edge.test/', { method: 'POST', body: streamOf(chunks), headers }),
        record,
      );
      expect(body).toEqual(expected);
      expect(body.buffer.byteLength).toBe(expected.length);
      expect(record.bodyBytes).toBe(expected.length);
      release(record);
    }),
    { numRuns: 200 },
  );
});

const requestOf = (body: ReadableStream, headers = {}) =>
  new Request('https://edge.test/', { method: 'POST', body, headers });

/** Returns a stream that sends `bytes` and then stays open. */
function stalled(bytes: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    start: (controller) => controller.enqueue(new Uint8Array(bytes)),
  });
}

it('refuses a body that does not arrive in time', async () => {
  const record = newRecord();
  const reading = readBody(requestOf(stalled(1000)), record, 50);
  await expect(reading).rejects.toMatchObject({ type: 'slow-body', status: 408 });
  release(record);
});

it.each([
  ['nothing', 0, 4096],
  ['one MiB', 2 ** 20, 2 ** 21],
])('holds little for a client that declares 10 MB and sends %s', async (_name, sent, most) => {
  const record = newRecord();
  const declared = { 'content-length': `${MAX_BODY_BYTES}` };
  readBody(requestOf(stalled(sent), declared), record).catch(() => {});
  await scheduler.wait(50);
  expect(record.bodyBytes).toBe(sent);
  const other = newRecord();
  expect(holdBytes(other, MAX_HELD_BYTES - RESERVED_BYTES - most)).toBe(true);
  for (const held of [record, other]) release(held);
});

it.each(['declared', 'undeclared'])(
  'reads a body of a %s length above the limit to its end',
  async (kind) => {
    const record = newRecord();
    const bytes = MAX_BODY_BYTES + 100_000;
    const headers = kind === 'declared' ? { 'content-length': `${bytes}` } : {};
    const reading = readBody(requestOf(streamOf([new Uint8Array(bytes)]), headers), record);
    await expect(reading).rejects.toMatchObject({ type: 'body-too-large' });
    expect(record.bodyBytes).toBe(bytes);
  },
);

it('holds a limited number of bytes for all requests, and keeps a part of them for small bodies', async () => {
  const read = async (bytes: number) => {
    const record = newRecord();
    const reading = readBody(requestOf(streamOf([new Uint8Array(bytes)])), record);
    const outcome = await reading.then(
      () => 'read',
      ({ type, status, headers }) => `${type} ${status} ${headers['retry-after']}`,
    );
    if (outcome === 'read') held.push(record);
    return outcome;
  };
  const held: ReturnType<typeof newRecord>[] = [];
  const [large, small] = [4 * 2 ** 20, 500_000];
  let bytes = 0;
  while ((await read(large)) === 'read') bytes += large;
  expect(bytes).toBeGreaterThan(MAX_BODY_BYTES);
  expect(bytes).toBeLessThan(MAX_HELD_BYTES);
  expect(await read(large)).toBe('busy 503 2');
  expect(await read(small)).toBe('read');
  while ((await read(small)) === 'read') bytes += small;
  expect(bytes).toBeLessThanOrEqual(MAX_HELD_BYTES);
  for (const record of held) release(record);
  expect(await read(large)).toBe('read');
  for (const record of held) release(record);
});
