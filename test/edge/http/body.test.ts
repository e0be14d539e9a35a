/** @file Reading a request body: the same bytes for any chunks and any declared length, in one buffer of their length. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readBody } from '../../../edge/http/body.ts';
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
    }),
    { numRuns: 200 },
  );
});
