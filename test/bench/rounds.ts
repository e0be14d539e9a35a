/** @file Measures several ways to do the same thing in turn, so that a busy machine is busy for all of them. */

const ROUNDS = 11;
/** Milliseconds that one way runs in a round, at least once. */
const ROUND_TIME = 40;

/** Milliseconds of one call by name: the median of the rounds. */
export function measureInTurn<Name extends string>(calls: Record<Name, () => void>): Record<Name, number> {
  const entries = Object.entries<() => void>(calls) as [Name, () => void][];
  const times = new Map(entries.map(([name]) => [name, [] as number[]]));
  const counts = new Map(entries.map(([name, call]) => [name, Math.ceil(ROUND_TIME / timeOnce(call))]));
  for (let round = 0; round < ROUNDS; round++) {
    // Every other round begins with the last one.
    for (const [name, call] of round % 2 ? entries.toReversed() : entries) {
      const count = counts.get(name) as number;
      const start = performance.now();
      for (let i = 0; i < count; i++) call();
      times.get(name)?.push((performance.now() - start) / count);
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)])) as Record<Name, number>;
}

/** Milliseconds of one call once it is warm. */
function timeOnce(call: () => void): number {
  let [calls, elapsed] = [0, 0];
  for (let start = performance.now(); elapsed < ROUND_TIME; elapsed = performance.now() - start) {
    call();
    calls++;
  }
  return elapsed / calls;
}

/** What each way measured of itself, round by round. */
export async function roundsInTurn<Name extends string, Measured>(
  ways: Record<Name, () => Promise<Measured>>,
  rounds: number,
): Promise<Record<Name, Measured[]>> {
  const entries = Object.entries(ways) as [Name, () => Promise<Measured>][];
  const measured = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    Measured[]
  >;
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of round % 2 ? entries.toReversed() : entries) {
      measured[name].push(await measure());
    }
  }
  return measured;
}

export const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1];
