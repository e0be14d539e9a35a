/**
 * @file The record of one request. Handlers fill it in; telemetry reports it after the response.
 *
 * The record identifies neither the client nor the content: no address, file name, image data or query, except the alias or the
 * version that selected the model.
 */
import type { ImageFormat } from '#shared/decode/format.ts';
import type { SelectedModel } from '../registry/served-model.ts';
import type { ProblemType } from './problem-types.ts';

/** The credential that a request carried. `models` has the names of the models that it is limited to. */
export type Caller =
  /** A client on this machine, while no access variable is set. */
  | { kind: 'local'; models?: undefined }
  /** The holder of the API key with this name. */
  | { kind: 'key'; name: string; models?: readonly string[] | undefined }
  /** A visitor of a web page with this site key. The key is empty when the service is open. */
  | { kind: 'visitor'; site: string; models?: readonly string[] | undefined };

/** A file format, `pixels` for raw grey bytes, or `tensor` for the network's input. */
type ImageKind = ImageFormat | 'unknown' | 'pixels' | 'tensor';

/** Reasons for waiting. Computation is not measured, because Cloudflare stops the clock while a Worker computes. */
export type WaitReason = 'body' | 'store';

export interface RequestRecord {
  /** Bytes of the body that arrived. */
  bodyBytes: number;
  /** Freed after the response. */
  body?: ArrayBuffer;
  /** Milliseconds by reason. A reason is absent when the request did not wait for it. */
  waits: Partial<Record<WaitReason, number>>;
  images: { kind: ImageKind; outcome: 'read' | ProblemType }[];
  caller?: Caller;
  model?: SelectedModel;
  problem?: ProblemType;
  /** The error behind the problem. */
  error?: unknown;
}

export const newRecord = (): RequestRecord => ({ bodyBytes: 0, waits: {}, images: [] });

/** Runs `wait` and adds its duration to the record. */
export async function recordWait<T>(
  { waits }: RequestRecord,
  reason: WaitReason,
  wait: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  try {
    return await wait();
  } finally {
    waits[reason] = (waits[reason] ?? 0) + performance.now() - start;
  }
}
