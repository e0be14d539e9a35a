/** @file Requests of an isolate hold a limited amount of work at once. test/edge/http/body.test.ts tests the bytes of their bodies. */
import { expect, it } from 'vitest';
import { holdWork, release } from '../../../edge/http/held.ts';
import { MAX_HELD_WORK_MS } from '../../../edge/http/limits.ts';
import { newRecord } from '../../../edge/http/record.ts';

it('refuses large images while others wait, and never small ones', () => {
  const [first, second, small, third] = [newRecord(), newRecord(), newRecord(), newRecord()];
  holdWork(first, MAX_HELD_WORK_MS - 1000);
  holdWork(second, 1000);
  expect(() => holdWork(third, 100)).toThrow(expect.objectContaining({ type: 'busy', status: 503 }));
  holdWork(small, 20);
  release(first);
  holdWork(third, 100);
  for (const record of [second, small, third]) release(record);
});
