/** @file A value that is computed on first use, so that a Worker's cold start does not pay for it. */

/** Returns a function that calls `compute` on its first call and returns the same value on every call. */
export function lazy<T>(compute: () => T): () => T {
  let computed: { value: T } | undefined;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}
