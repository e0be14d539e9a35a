/** @file A value that is computed on first use, so that a Worker's cold start does not pay for it. */

/** Returns a function that calls `compute` the first time and returns the same value ever after. */
export function lazy<T>(compute: () => T): () => T {
  let computed: { value: T } | undefined;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}
