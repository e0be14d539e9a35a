/** @file A value that is made when it is first asked for: a schema takes a tenth of a millisecond for each of its parts. */

export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
