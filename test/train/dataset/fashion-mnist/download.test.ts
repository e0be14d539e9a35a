import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { download } from '../../../../train/dataset/fashion-mnist/download.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import {
  breakAfter,
  endless,
  labelledGzip,
  type Mirror,
  page,
  serve,
  stallAfter,
  status,
  whole,
  wholeAs206,
  withoutRanges,
} from './mirror.ts';

const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const md5 = createHash('md5').update(body).digest('hex');

/** Downloads with the options in the environment, in a process of its own. */
const DOWNLOAD = `
  import { download } from './train/dataset/fashion-mnist/download.ts';
  await download(JSON.parse(process.env.OPTIONS));`;

const sizeIn = (path: string) => (name: string) => statSync(join(dirname(path), name)).size;

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
  const file = { md5, bytes: body.length, retryDelay: 1, patience: 5000 };
  const run = (...from: Mirror[]) => download({ ...file, urls: from.map(({ url }) => url), path });
  const content = async () => new Uint8Array(await readFile(path));
  const parts = () => readdirSync(dirname(path)).filter((name) => name.endsWith('.part'));

  it('downloads a file, verifies it and renames it', async () => {
    await run(await mirror());
    expect(await content()).toEqual(body);
    expect(parts()).toEqual([]);
  });

  it('resumes after each broken connection', async () => {
    const flaky = await mirror(breakAfter(100_000), breakAfter(50_000), whole);
    await run(flaky);
    expect(await content()).toEqual(body);
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
    expect(await content()).toEqual(body);
  });

  it('starts over if the server does not support ranges', async () => {
    await run(await mirror(breakAfter(100_000), withoutRanges));
    expect(await content()).toEqual(body);
  });

  it('accepts a part that is already complete', async () => {
    const first = await mirror(breakAfter(1));
    await expect(run(first)).rejects.toThrow();
    await writeFile(`${path}.part`, body);
    await run(await mirror());
    expect(await content()).toEqual(body);
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
      message: expect.stringMatching(
        /cannot download .*expected a mirror that answers with the file .*wrong MD5/,
      ),
    });
    expect(existsSync(path)).toBe(false);
    // The next run starts from nothing rather than from the damaged part.
    await run(await mirror());
    expect(existsSync(path)).toBe(true);
  });

  it('reports the failure of each mirror and what to do next', async () => {
    const [missing, broken] = [await mirror(status(404)), await mirror(status(500))];
    await expect(run(missing, broken)).rejects.toThrow(
      /HTTP status 404.*HTTP status 500.*FASHION_MNIST_DIR/s,
    );
    expect(existsSync(path)).toBe(false);
  });

  it('tries the next mirror when one stalls, and continues from the bytes that arrived', async () => {
    const [stalled, good] = [await mirror(stallAfter(1000)), await mirror()];
    const urls = [stalled.url, good.url];
    await download({ ...file, urls, path, patience: 1000 });
    expect(await content()).toEqual(body);
    expect([stalled.ranges.length, good.ranges]).toEqual([1, ['bytes=1000-']]);
  });

  it('ends when all mirrors stall', async () => {
    const { url } = await mirror(stallAfter(0));
    await expect(download({ ...file, urls: [url], path, patience: 100 })).rejects.toThrow(
      /stalled: fewer than 256 KiB in 0\.1 s/,
    );
  });

  it('ends an attempt whose bytes trickle', async () => {
    const trickle: Parameters<typeof serve>[1] = (_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };
    const [slow, good] = [await mirror(trickle), await mirror(withoutRanges)];
    await download({ ...file, urls: [slow.url, good.url], path, patience: 1000 });
    expect(await content()).toEqual(body);
  });

  it('ends when the mirrors are too slow in all, although none of them stalls', async () => {
    const steady: Parameters<typeof serve>[1] = (_, response) => {
      const timer = setInterval(() => response.write(body), 20);
      response.on('close', () => clearInterval(timer));
    };
    const { url } = await mirror(steady);
    const large = { bytes: 1e9, leastSpeed: 1e12, patience: 300 };
    const begun = performance.now();
    await expect(download({ ...file, ...large, urls: [url], path })).rejects.toThrow(
      /\d+ of 1000000000 bytes in 2 s/,
    );
    // The whole file takes a minute.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('tries again after a response that switches protocols', async () => {
    await run(await mirror(status(101, { connection: 'upgrade', upgrade: 'other' }), whole));
    expect(await content()).toEqual(body);
  });

  it('does not wait longer when the clock is set back', async () => {
    // The first look at the clock after the failure sees a time that is an hour ahead.
    let ahead = 0;
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => {
      const time = now() + ahead;
      ahead = 0;
      return time;
    });
    const fail: Parameters<typeof serve>[1] = (_, response) => {
      ahead = 3_600_000;
      response.writeHead(503).end();
    };
    await run(await mirror(fail, whole));
    clock.mockRestore();
    expect(await content()).toEqual(body);
  });

  it('reports a folder that was removed meanwhile as a disk error, not as one of the mirror', async () => {
    const remove: Parameters<typeof serve>[1] = (_, response, bytes) => {
      response.write(bytes.subarray(0, 1000), async () => {
        await expect.poll(() => existsSync(dirname(path)) && parts().length).toBe(1);
        await rm(dirname(path), { recursive: true });
        response.end(bytes.subarray(1000));
      });
    };
    const { url, ranges } = await mirror(remove, whole);
    await expect(download({ ...file, urls: [url], path })).rejects.toMatchObject({
      kind: 'disk',
      message: expect.stringMatching(/^cannot write .*file\.gz: got ENOENT/),
    });
    expect(ranges).toHaveLength(2);
  });

  it('gives a mirror without ranges the time to send the whole file again', { tags: ['slow'] }, async () => {
    const large = Buffer.concat(Array(5).fill(body));
    const slow: Parameters<typeof serve>[1] = async (_, response) => {
      for (let i = 0; i < 5; i++) {
        await setTimeout(600);
        response.write(body);
      }
      response.end();
    };
    const { url } = await mirror(slow);
    const digest = createHash('md5').update(large).digest('hex');
    await mkdir(dirname(path));
    await writeFile(`${path}.part`, large.subarray(0, 1_000_000));
    await download({ urls: [url], path, md5: digest, bytes: large.length, patience: 2000 });
    expect(Buffer.compare(await readFile(path), large)).toBe(0);
  });

  it.each([
    ['in seconds', () => '1'],
    ['as a date', () => new Date(Date.now() + 2000).toUTCString()],
  ])('waits as long as a busy mirror asks for %s', async (_, value) => {
    const busy = await mirror(status(429, { 'retry-after': value() }), whole);
    await run(busy);
    expect(busy.times[1] - busy.times[0]).toBeGreaterThan(900);
    expect(await content()).toEqual(body);
  });

  it('asks another mirror in the meantime, and never again one that asks for an hour', async () => {
    const [busy, flaky] = [
      await mirror(status(503, { 'retry-after': '3600' })),
      await mirror(status(500), status(500), whole),
    ];
    await run(busy, flaky);
    expect([busy.ranges.length, flaky.ranges.length]).toEqual([1, 3]);
    await expect(download({ ...file, urls: [busy.url], path: `${path}2` })).rejects.toThrow(
      /HTTP status 503 Service Unavailable; it asks to wait 3600 s/,
    );
  });

  it('writes no more than the size of the file, however much a mirror sends', async () => {
    let largest = 0;
    const onProgress = (_: string, received: number) => (largest = Math.max(largest, received));
    const { url } = await mirror(endless);
    await expect(download({ ...file, urls: [url], path, onProgress })).rejects.toThrow(
      /more than the 300000 bytes of the file/,
    );
    expect(largest).toBeLessThanOrEqual(body.length);
    expect(parts()).toEqual([]);
  });

  it('accepts a file whose own compression is labelled as that of the transfer', async () => {
    await run(await mirror(labelledGzip));
    expect(await content()).toEqual(body);
  });

  it('starts over when a mirror continues with the whole file', async () => {
    const wrong = await mirror(breakAfter(1000), wholeAs206);
    await run(wrong);
    expect(wrong.ranges).toEqual([undefined, 'bytes=1000-', undefined]);
    expect(await content()).toEqual(body);
  });

  it.each(['text/html', 'application/octet-stream'])(
    'names a login page that is sent as %s, and keeps the bytes that it has',
    async (type) => {
      const first = await mirror(breakAfter(1000));
      await expect(run(first)).rejects.toThrow();
      const login = await mirror(page('\n<!DOCTYPE html><title>Guest network</title>', type));
      await expect(run(login)).rejects.toThrow(/is an HTML page, such as the login page of a network/);
      const second = await mirror();
      await run(second);
      expect(second.ranges[0]).toMatch(/^bytes=[1-9]/);
    },
  );

  it('follows redirects, and names the page that they lead to', async () => {
    const good = await mirror();
    await run(await mirror(status(302, { location: `${good.url}elsewhere` })));
    expect(await content()).toEqual(body);
    const login = await mirror(status(302, { location: '/login' }), page('<html>', 'text/html'));
    await expect(download({ ...file, urls: [login.url], path: `${path}2` })).rejects.toThrow(
      `${login.url}login is an HTML page`,
    );
    const circle = await mirror(status(302, { location: '/' }));
    await expect(download({ ...file, urls: [circle.url], path: `${path}2` })).rejects.toThrow(/redirects/);
  });

  it('reports a folder that cannot be written as a disk error', async () => {
    const { url } = await mirror();
    await expect(download({ ...file, urls: [url], path: 'package.json/file.gz' })).rejects.toMatchObject({
      kind: 'disk',
    });
  });

  it('succeeds several times at once', async () => {
    const { url } = await mirror(breakAfter(1000), breakAfter(100_000), whole);
    await Promise.all([1, 2, 3, 4].map(() => download({ ...file, urls: [url], path })));
    expect(await content()).toEqual(body);
    expect(parts()).toEqual([]);
  });

  it('leaves the bytes of a running process alone, and continues with those of a killed one', async () => {
    const { url } = await mirror(stallAfter(1000), whole);
    const child = spawn(process.execPath, ['--input-type=module', '-e', DOWNLOAD], {
      env: { ...process.env, OPTIONS: JSON.stringify({ ...file, urls: [url], path }) },
    });
    await expect.poll(() => existsSync(dirname(path)) && parts().map(sizeIn(path))).toEqual([1000]);
    const next = await mirror(whole);
    await run(next);
    expect(next.ranges).toEqual([undefined]);
    expect(parts().map(sizeIn(path))).toEqual([1000]);

    await rm(path);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await run(next);
    expect(next.ranges).toEqual([undefined, 'bytes=1000-']);
    expect(await content()).toEqual(body);
    expect(parts()).toEqual([]);
  });
});
