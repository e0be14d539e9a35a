/**
 * @file What is learned of a request while it is answered, and what is told of it afterwards.
 *
 * Nothing in it says who sent the request or what: no address, no name of a file, no byte of an image, and of the query nothing but
 * the alias or the version that answered.
 */
import type { ImageFormat } from '#shared/decode/format.ts';
import type { Caller } from '../access/caller.ts';
import type { ProblemType } from '../problem.ts';
import type { ServedModel } from '../registry/served-model.ts';

/** How an image came: a file by its bytes, `pixels` for bare grey bytes, `tensor` for the network's own input. */
type ImageKind = ImageFormat | 'unknown' | 'pixels' | 'tensor';

/** What a request waits for. Computing is not measured: on Cloudflare the clock stands still meanwhile. */
export type Waiting = 'body' | 'store';

/** Filled in by whoever learns it, wherever a request passes. */
export interface RequestRecord {
  /** Bytes of the body that arrived. */
  bodyBytes: number;
  /** Milliseconds; absent where the request waited for no such thing. */
  waits: Partial<Record<Waiting, number>>;
  images: { kind: ImageKind; outcome: 'read' | ProblemType }[];
  /** Whose key it carried, by the name that the service's owner gave it. */
  caller?: Caller;
  model?: ServedModel;
  problem?: ProblemType;
  /** What the problem was made of. */
  error?: unknown;
}

export const newRecord = (): RequestRecord => ({ bodyBytes: 0, waits: {}, images: [] });

/** Waits, and adds the time to the record. */
export async function waiting<T>(
  { waits }: RequestRecord,
  what: Waiting,
  wait: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  try {
    return await wait();
  } finally {
    waits[what] = (waits[what] ?? 0) + performance.now() - start;
  }
}

/** A request that has its answer. */
export interface EndedRequest extends RequestRecord {
  id: string;
  /** Pattern of the route (`/v1/models/:name`), or `none`. */
  route: string;
  method: string;
  status: number;
}

/** workerd lets thirty methods through. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
export const knownMethod = (method: string): string => (METHODS.includes(method) ? method : 'other');

/** The images of a request in a few words: how many, how many of them were not read, and what they were. */
export function imageFacts({ images }: RequestRecord) {
  const problems = images.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'read');
  return {
    images: images.length,
    imagesRefused: problems.length,
    imageKinds: distinct(images.map(({ kind }) => kind)),
    imageProblems: distinct(problems),
  };
}

/** `jpeg,png` */
const distinct = (words: string[]): string => [...new Set(words)].sort().join(',');
