/** @file Measures variants in alternating order, so that other load on the machine affects all of them. */
import { median } from '../support/statistics.ts';

const ROUNDS = 11;
/** Milliseconds for which a variant runs in a round. It runs at least once. */
const ROUND_TIME = 40;

/** Measures functions in turn. @returns milliseconds per call by name: the median of the rounds */
export function measureInTurn<Name extends string>(calls: Record<Name, () => void>): Record<Name, number> {
  const entries = Object.entries<() => void>(calls) as [Name, () => void][];
  const times = new Map(entries.map(([name]) => [name, [] as number[]]));
  const counts = new Map(entries.map(([name, call]) => [name, Math.ceil(ROUND_TIME / timeOnce(call))]));
  for (let round = 0; round < ROUNDS; round++) {
    // Every second round has the reverse order.
    for (const [name, call] of round % 2 ? entries.toReversed() : entries) {
      const count = counts.get(name) as number;
      const start = performance.now();
      for (let i = 0; i < count; i++) call();
      times.get(name)?.push((performance.now() - start) / count);
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)])) as Record<Name, number>;
}

/** Returns the mean milliseconds per call, including warm-up. */
function timeOnce(call: () => void): number {
  let [calls, elapsed] = [0, 0];
  for (let start = performance.now(); elapsed < ROUND_TIME; elapsed = performance.now() - start) {
    call();
    calls++;
  }
  return elapsed / calls;
}

/** Runs functions in turn, which measure themselves. @returns the results of all rounds by name */
export async function roundsInTurn<Name extends string, Measured>(
  variants: Record<Name, () => Promise<Measured>>,
  rounds: number,
): Promise<Record<Name, Measured[]>> {
  const entries = Object.entries(variants) as [Name, () => Promise<Measured>][];
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
