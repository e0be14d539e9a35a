/**
 * @file Large files are decoded in pieces, so that an isolate can handle other requests in between. Times are CPU time of this thread, which
 * other load on the machine hardly changes.
 * @module-tag slow
 */
import { beforeAll, expect, it } from 'vitest';
import type { EstimatingDecoder } from '#shared/decode/decoder.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { type ExpensiveFile, expensiveFiles } from '../../support/expensive-files.ts';

/** Longest time for which `/health/live` waits. */
const MAX_PIECE_MS = 200;

/** Longest edge of the decoded picture: that of the photo pipeline, and one that exceeds all limits. */
const EDGES = [192, 10_000];

let decoder: EstimatingDecoder;
let files: ExpensiveFile[];
beforeAll(async () => {
  decoder = await openDecoder();
  files = await expensiveFiles();
});

const cpu = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

it(`no piece of the work on a file takes ${MAX_PIECE_MS} ms`, async () => {
  for (const { name, bytes } of files) {
    for (const edge of EDGES) {
      let last = cpu();
      const pieces: number[] = [];
      const turn = async () => {
        pieces.push(cpu() - last);
        await new Promise((resume) => setImmediate(resume));
        last = cpu();
      };
      await decoder.decode(bytes, () => {}, { edge, turn });
      pieces.push(cpu() - last);
      expect(pieces.length, name).toBeGreaterThan(2);
      expect(Math.max(...pieces), name).toBeLessThan(MAX_PIECE_MS);
    }
  }
});
