/** @file The object store that the trainer writes to: whole objects by key, with conditional writes where the store supports them. */

export interface StoredObject {
  bytes: Uint8Array<ArrayBuffer>;
  /** Opaque version of the object, for `ifMatch`. */
  etag: string;
}

/** An object in a list. */
export interface StoreEntry {
  key: string;
  /** As `get` returns it; empty when the store's lists have none. */
  etag: string;
  /** When it was written last; undefined if the store does not say. */
  modified?: Date | undefined;
}

/** Writes only if the object is absent, or still has the ETag that was read. */
export type Condition = { ifAbsent: true } | { ifMatch: string };

/** `unsupported`: the store does not support this condition, and nothing was written. */
export type PutOutcome = 'written' | 'precondition-failed' | 'unsupported';

export interface ObjectStore {
  /** The store's address, for logs and errors. It never contains a secret. */
  readonly description: string;
  /** Reads an object; undefined when there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Writes a whole object. Readers get the old object or the new one, never a part. */
  put(
    key: string,
    bytes: Uint8Array<ArrayBuffer>,
    contentType: string,
    condition?: Condition,
  ): Promise<PutOutcome>;
  /** Lists the keys that begin with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Lists the objects whose keys begin with `prefix`, sorted by key. */
  entries(prefix: string): Promise<StoreEntry[]>;
}
