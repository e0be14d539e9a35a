/** @file The versions to which an alias has pointed, and when. */

export interface Timeline {
  /** Runs `move`, which points the alias at a version. While it runs, both versions count as current. */
  moving(version: string, move: () => Promise<unknown>): Promise<void>;
  /** Returns the milliseconds between the end of a version and `time`; 0 if the version was still current at `time`. */
  lag(version: string, time: number): number;
  /** Number of moves so far. */
  moves(): number;
}

/** @param now clock in milliseconds */
export function createTimeline(now: () => number): Timeline {
  /** By version: the end of the last period in which it may have been current. */
  const last = new Map<string, { until: number }>();
  let current: { until: number } | undefined;
  let moves = 0;
  return {
    async moving(version, move) {
      const next = { until: Number.POSITIVE_INFINITY };
      last.set(version, next);
      await move();
      if (current && current !== next) current.until = now();
      current = next;
      moves += 1;
    },
    lag: (version, time) => Math.max(0, time - (last.get(version)?.until ?? Number.NEGATIVE_INFINITY)),
    moves: () => moves,
  };
}
