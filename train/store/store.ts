/** @file The object store as the trainer sees it: whole objects, read and written by key, conditionally where the store can. */

export interface StoredObject {
  bytes: Uint8Array<ArrayBuffer>;
  /** Opaque version of the object, for `ifMatch`. */
  etag: string;
}

/** Write only if the object is absent, or still the version that was read. */
export type Condition = { ifAbsent: true } | { ifMatch: string };

/** `unsupported`: the store cannot write under this condition, and nothing was written. */
type PutOutcome = 'written' | 'precondition-failed' | 'unsupported';

export interface ObjectStore {
  /** Where it is, for people: never contains a secret. */
  readonly description: string;
  /** The object, or undefined when there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Writes a whole object: readers see the old one or the new one, never a part. */
  put(
    key: string,
    bytes: Uint8Array<ArrayBuffer>,
    contentType: string,
    condition?: Condition,
  ): Promise<PutOutcome>;
  /** Keys that begin with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
}
