/** @file A value that is made when it is first asked for: a table takes time, of which a Worker's cold start has little. */

export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
