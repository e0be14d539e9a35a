/** @file Which version an alias meant when, as far as its mover can know. */

export interface Timeline {
  /** Moves the alias to a version by `move`; what it means while that runs is not known. */
  moving(version: string, move: () => Promise<unknown>): Promise<void>;
  /** Milliseconds from when `version` certainly ceased to be current until `time`; 0 when it may have been since. */
  lag(version: string, time: number): number;
  /** Moves until now. */
  moves(): number;
}

/** @param now milliseconds */
export function createTimeline(now: () => number): Timeline {
  /** By version: for how long it may have been current, the last time. */
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
