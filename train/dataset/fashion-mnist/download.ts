/** @file Downloads one file. An interrupted download is resumed, and the file gets its name only after its digest was verified. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import retry, { AbortError } from 'p-retry';
import { ExplainedError } from '#shared/errors.ts';

/** Receives the bytes on disk so far, and the total if the server sent a Content-Length. */
export type DownloadProgress = (file: string, received: number, total: number | undefined) => void;

export interface DownloadOptions {
  /** URLs of the same file, tried in turn. */
  urls: string[];
  /** Path of the downloaded file. */
  path: string;
  /** Hex MD5 of the whole file. */
  md5: string;
  onProgress?: DownloadProgress;
  /** Milliseconds before the first retry; doubles with each retry. */
  retryDelay?: number;
}

/** Attempts for a file over all of its URLs. */
const ATTEMPTS = 6;

/**
 * Downloads a file to `path`. Received bytes are kept in `path.part`, from where the next attempt or the next run resumes. The part is
 * renamed to `path` once its MD5 is right.
 * @throws ExplainedError of kind `data` that lists the failure of each URL
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
      next: 'Check the connection and run the command again: the download is resumed. Or pass a folder with the four files: --data DIR.',
      cause,
    });
  }
  await rename(part, path);
}

/** Appends the missing bytes to `part`, or starts over if the server does not support ranges. */
async function fetchRest(
  url: string,
  part: string,
  file: string,
  onProgress?: DownloadProgress,
): Promise<void> {
  const present = (await stat(part).catch(() => undefined))?.size ?? 0;
  const response = await fetch(url, present > 0 ? { headers: { range: `bytes=${present}-` } } : {});
  // 416: the server has no more bytes, so the part is complete. The caller checks its digest.
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

/** Returns the MD5 of a file in hexadecimal. */
async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Returns the messages of an error and its cause. The error of `fetch` itself says only "fetch failed". */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

const isDiskError = (error: unknown): boolean =>
  ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
