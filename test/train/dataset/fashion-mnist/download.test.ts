import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../../../train/dataset/fashion-mnist/download.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { breakAfter, type Mirror, serve, status, whole, withoutRanges } from './mirror.ts';

const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const md5 = createHash('md5').update(body).digest('hex');

describe('download', () => {
  let path: string;
  const mirrors: Mirror[] = [];
  beforeEach(() => {
    path = join(temporaryFolder(), 'sub', 'file.gz');
  });
  afterEach(async () => {
    for (const mirror of mirrors.splice(0)) await mirror.close();
  });
  const mirror = async (...answers: Parameters<typeof serve>[1][]) => {
    const started = await serve(body, ...answers);
    mirrors.push(started);
    return started;
  };
  const run = (...from: Mirror[]) => download({ urls: from.map(({ url }) => url), path, md5, retryDelay: 1 });

  it('downloads a file, verifies it and renames it', async () => {
    await run(await mirror());
    expect(new Uint8Array(await readFile(path))).toEqual(body);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('resumes after each broken connection', async () => {
    const flaky = await mirror(breakAfter(100_000), breakAfter(50_000), whole);
    await run(flaky);
    expect(new Uint8Array(await readFile(path))).toEqual(body);
    const starts = flaky.ranges.map((range) => Number(range?.match(/\d+/)?.[0] ?? 0));
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[2]).toBeGreaterThan(starts[1]);
  });

  it('resumes the download of an earlier run', async () => {
    const first = await mirror(breakAfter(10_000));
    await expect(run(first)).rejects.toThrow();
    const second = await mirror();
    await run(second);
    expect(second.ranges[0]).toMatch(/^bytes=\d+-$/);
    expect(new Uint8Array(await readFile(path))).toEqual(body);
  });

  it('starts over if the server does not support ranges', async () => {
    await run(await mirror(breakAfter(100_000), withoutRanges));
    expect(new Uint8Array(await readFile(path))).toEqual(body);
  });

  it('accepts a part that is already complete', async () => {
    const first = await mirror(breakAfter(1));
    await expect(run(first)).rejects.toThrow();
    await writeFile(`${path}.part`, body);
    await run(await mirror());
    expect(new Uint8Array(await readFile(path))).toEqual(body);
  });

  it('tries the next mirror when one fails', async () => {
    const [broken, good] = [await mirror(status(503)), await mirror()];
    await run(broken, good);
    expect(existsSync(path)).toBe(true);
  });

  it('deletes damaged bytes and never renames them to the file’s name', async () => {
    const wrong = await serve(body.with(7, 1));
    mirrors.push(wrong);
    await expect(run(wrong)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/cannot download .*expected a file with MD5 .*wrong MD5/),
    });
    expect(existsSync(path)).toBe(false);
    // The next run starts from nothing rather than from the damaged part.
    await run(await mirror());
    expect(existsSync(path)).toBe(true);
  });

  it('reports the failure of each mirror and what to do next', async () => {
    const [missing, broken] = [await mirror(status(404)), await mirror(status(500))];
    await expect(run(missing, broken)).rejects.toThrow(/HTTP status 404.*HTTP status 500.*--data DIR/s);
    expect(existsSync(path)).toBe(false);
  });
});
