/** @file Downloads one file: resumed where it broke off, verified before it gets its name. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import retry, { AbortError } from 'p-retry';
import { ExplainedError } from '#shared/errors.ts';

/** Bytes on disk so far, and in all when the server says so. */
export type DownloadProgress = (file: string, received: number, total: number | undefined) => void;

export interface DownloadOptions {
  /** URLs of the same bytes, tried in turn. */
  urls: string[];
  /** Where the file shall be. */
  path: string;
  /** Hex MD5 of the whole file. */
  md5: string;
  onProgress?: DownloadProgress;
  /** Waiting before the first repeat, in milliseconds; doubles each time. */
  retryDelay?: number;
}

/** Attempts per file, over all of its URLs. */
const ATTEMPTS = 6;

/**
 * Fetches a file into `path`. What arrives is kept in `path.part`, so that the next attempt, or the next run, goes on
 * there; only bytes with the right digest are renamed into place.
 * @throws ExplainedError of kind `data` naming each URL's failure
 */
export async function download({
  urls,
  path,
  md5,
  onProgress,
  retryDelay = 1000,
}: DownloadOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const failures = new Set<string>();
  const attempt = async (count: number) => {
    const url = urls[(count - 1) % urls.length];
    try {
      await fetchRest(url, part, path, onProgress);
      const got = await md5Of(part);
      if (got === md5) return;
      await rm(part, { force: true });
      throw new Error(`wrong MD5 ${got}`);
    } catch (error) {
      failures.add(`${url}: ${messageOf(error)}`);
      if (isDiskError(error)) throw new AbortError(error as Error);
      throw new Error(messageOf(error), { cause: error });
    }
  };
  try {
    await retry(attempt, {
      retries: ATTEMPTS - 1,
      minTimeout: retryDelay,
      factor: 2,
      shouldRetry: () => true,
    });
  } catch (cause) {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot download ${path}`,
      expected: `a file with MD5 ${md5}`,
      got: [...failures].join('; '),
      next: 'Check the connection and run again (it goes on where it stopped), or give a folder with the four files: --data DIR.',
      cause,
    });
  }
  await rename(part, path);
}

/** Appends to `part` what is missing of it, or starts over when the server cannot continue. */
async function fetchRest(
  url: string,
  part: string,
  file: string,
  onProgress?: DownloadProgress,
): Promise<void> {
  const present = (await stat(part).catch(() => undefined))?.size ?? 0;
  const response = await fetch(url, present > 0 ? { headers: { range: `bytes=${present}-` } } : {});
  // 416: nothing is left to send, so the part is whole; the digest decides.
  if (response.status === 416) return;
  if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`);
  const resumed = response.status === 206;
  let received = resumed ? present : 0;
  const length = response.headers.get('content-length');
  const total = length ? received + Number(length) : undefined;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      onProgress?.(file, received, total);
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(response.body),
    counter,
    createWriteStream(part, { flags: resumed ? 'a' : 'w' }),
  );
}

/** Hex MD5 of a file. */
async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** fetch says only "fetch failed"; the reason is its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

const isDiskError = (error: unknown): boolean =>
  ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
