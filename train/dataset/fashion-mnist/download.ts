/**
 * @file Downloads one file. An interrupted download is resumed, and the file gets its name only after its digest was verified.
 *
 * Several processes may download the same file at once. Each of them writes a partial file of its own, `<file>.<owner>.<random>.part`. A
 * failed download leaves `<file>.part`. The next process takes it over by renaming it, and also the partial file of an ended process.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import { makeFolder, untilWritten } from '../../files.ts';
import { mayRun, OWNER } from '../../owner.ts';
import { Busy, sizeOf, transfer } from './transfer.ts';

/** Receives the bytes on disk so far, and the size of the file. */
export type DownloadProgress = (file: string, received: number, total: number) => void;

export interface DownloadOptions {
  /** URLs of the same file, tried in turn. */
  urls: string[];
  /** Path of the downloaded file. */
  path: string;
  /** Hex MD5 of the whole file. */
  md5: string;
  /** Size of the whole file. */
  bytes: number;
  onProgress?: DownloadProgress;
  /** Milliseconds before the first retry; doubles with each retry. */
  retryDelay?: number;
  /** Milliseconds after which a mirror counts as stalled. */
  patience?: number;
  /** Bytes per second. A download that is slower ends, whatever its mirrors do. */
  leastSpeed?: number;
}

/** Attempts for a file over all of its URLs. */
const ATTEMPTS = 6;

/** Milliseconds that a mirror may ask to wait. A mirror that asks for more is not used again. */
const LONGEST_WAIT = 60_000;

/** The end of a partial file's name, after the name of the file. */
const PART_SUFFIX = /^\.(?:(.+)\.[0-9a-f]{8}\.)?part$/;

/**
 * Downloads a file to `path`, unless another process has done so. Received bytes are kept for the next attempt and the next run.
 * @throws ExplainedError of kind `data` that lists the failure of each URL, or of kind `disk` when the file cannot be written
 */
export async function download({
  urls,
  path,
  md5,
  bytes,
  onProgress,
  retryDelay = 1000,
  patience = 30_000,
  leastSpeed = 50_000,
}: DownloadOptions): Promise<void> {
  const limit = Math.ceil(ATTEMPTS * patience + (1000 * bytes) / leastSpeed);
  const deadline = AbortSignal.timeout(limit);
  const part = `${path}.${OWNER}.${randomUUID().slice(0, 8)}.part`;
  const onReceived = (received: number) => onProgress?.(path, received, bytes);
  await untilWritten(path, makeFolder(dirname(path)));
  try {
    await untilWritten(path, adoptPart(path, part));
    const failures = await tryUrls(urls, { retryDelay, deadline }, async (url) => {
      if ((await sizeOf(path)) === bytes) return;
      if ((await sizeOf(part)) < bytes) {
        await transfer({ url, path, part, bytes, patience, signal: deadline, onReceived });
      }
      await verify(part, md5, bytes);
      await untilWritten(path, rename(part, path));
    });
    if (failures && deadline.aborted) {
      failures.push(`${await sizeOf(part)} of ${bytes} bytes in ${Math.round(limit / 1000)} s`);
    }
    if (failures) throw downloadError(path, md5, failures);
  } finally {
    const done = (await sizeOf(path)) === bytes;
    await (done ? rm(part, { force: true }) : rename(part, `${path}.part`)).catch(() => {});
  }
}

/** Renames the partial files of ended processes and failed downloads to `part`. The longest one remains. */
async function adoptPart(path: string, part: string): Promise<void> {
  const [folder, file] = [dirname(path), basename(path)];
  const abandoned: { from: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    const suffix = name.startsWith(file) ? PART_SUFFIX.exec(name.slice(file.length)) : null;
    const from = join(folder, name);
    const found = suffix && (await stat(from).catch(() => undefined));
    if (!found) continue;
    const [, owner] = suffix;
    if (owner === undefined || !mayRun(owner, found.mtimeMs)) abandoned.push({ from, size: found.size });
  }
  for (const { from } of abandoned.toSorted((a, b) => a.size - b.size)) {
    // It fails if another process has just renamed the file.
    await rename(from, part).catch(() => {});
  }
}

/**
 * Calls `attempt` with the URLs in turn, until it succeeds or the deadline has passed.
 * @returns the failures of all attempts; undefined after a success
 */
async function tryUrls(
  urls: string[],
  { retryDelay, deadline }: { retryDelay: number; deadline: AbortSignal },
  attempt: (url: string) => Promise<void>,
): Promise<string[] | undefined> {
  const failures = new Set<string>();
  const queue = urls.map((url) => ({ url, notBefore: 0 }));
  for (let tried = 0; tried < ATTEMPTS; tried++) {
    const next = queue.shift();
    if (!next) break;
    const { url, notBefore } = next;
    try {
      await setTimeout(Math.max(0, notBefore - performance.now()), undefined, { signal: deadline });
      await attempt(url);
      return undefined;
    } catch (error) {
      // An error of the disk or of a setting, such as HTTPS_PROXY, is the same with every URL.
      if (error instanceof ExplainedError) throw error;
      if (deadline.aborted) break;
      failures.add(`${url}: ${messageOf(error)}`);
      const wait = error instanceof Busy ? error.wait : 0;
      if (wait > LONGEST_WAIT) continue;
      queue.push({ url, notBefore: performance.now() + Math.max(wait, retryDelay * 2 ** tried) });
    }
  }
  return [...failures];
}

/** @throws Error when the partial file is not the whole file. A file of wrong bytes is deleted; one of too few bytes is kept. */
async function verify(part: string, md5: string, bytes: number): Promise<void> {
  const size = await sizeOf(part);
  if (size < bytes) throw new Error(`the connection ended after ${size} of ${bytes} bytes`);
  const hash = createHash('md5');
  await pipeline(createReadStream(part), hash);
  const got = hash.digest('hex');
  if (got === md5) return;
  await rm(part, { force: true });
  throw new Error(`wrong MD5 ${got}`);
}

const downloadError = (path: string, md5: string, failures: string[]): ExplainedError =>
  new ExplainedError({
    kind: 'data',
    what: `cannot download ${path}`,
    expected: `a mirror that answers with the file (MD5 ${md5})`,
    got: failures.join('; '),
    next: 'Check the connection and HTTPS_PROXY, and run the command again: the download is resumed. Or set FASHION_MNIST_DIR to a folder with the four files.',
  });

/** Returns the messages of an error and its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The message of Node's AggregateError is empty.
  const text = error.message || (error as NodeJS.ErrnoException).code || error.name;
  return error.cause instanceof Error ? `${text} (${error.cause.message})` : text;
}
