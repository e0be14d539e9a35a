/** @file Work of which an isolate does one piece at a time, whatever the number of requests. */

/** Runs `work` when no other request runs any. @param limit milliseconds after which the next one no longer waits */
export type Queue = <T>(limit: number, work: () => Promise<T>) => Promise<T>;

/** Creates a queue. A request cannot await another one's promise, and one that is cancelled never ends, so each holds its turn for a limited time. */
export function createQueue(): Queue {
  /** In milliseconds since the epoch. */
  let busyUntil = 0;
  return async (limit, work) => {
    while (Date.now() < busyUntil) await scheduler.wait(10);
    const turn = Date.now() + limit;
    busyUntil = turn;
    try {
      return await work();
    } finally {
      if (busyUntil === turn) busyUntil = 0;
    }
  };
}
