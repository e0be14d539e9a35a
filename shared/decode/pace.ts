/**
 * @file Lets the program do other work while a large file is decoded.
 *
 * A module calls its import `decoder.pause` after each piece of work. With JavaScript Promise Integration (WebAssembly specification,
 * JavaScript interface, `WebAssembly.Suspending`), such a call can wait for a promise: the engine keeps the module's stack meanwhile.
 * Without it, and for small files, the import does nothing.
 */
import { TURN_MS, type Turn } from '../turn.ts';

/** How the work on one file is divided. */
export interface Pace {
  /** The error of a turn, which ends the work. */
  interruption?: unknown;
  /** Takes a turn when it is due. @param share part of the work on the file that was done since the last call, from 0 to 1 */
  spend(share: number): Promise<void> | void;
  /** Returns an import for a module that waits for its result. */
  importing(result: (...values: number[]) => unknown): WebAssembly.ImportValue;
  /** Calls an export that calls such imports. */
  run<Values extends unknown[], Result>(
    exported: (...values: Values) => Result,
    ...values: Values
  ): Promise<Result> | Result;
}

/** JavaScript Promise Integration. TypeScript's library does not declare it yet. */
interface PromiseIntegration {
  Suspending?: new (waits: (...values: number[]) => unknown) => WebAssembly.ImportValue;
  promising?<Values extends unknown[], Result>(
    exported: (...values: Values) => Result,
  ): (...values: Values) => Promise<Result>;
}

const { Suspending, promising } = WebAssembly as PromiseIntegration;

/** The pace of a file that is decoded in one piece. */
export const AT_ONCE: Pace = {
  spend() {},
  importing: (result) => result,
  run: (exported, ...values) => exported(...values),
};

/**
 * Returns the pace of a file.
 * @param milliseconds estimate for all the work on it
 * @param turn is awaited after each TURN_MS of it
 */
export function paceOf(milliseconds: number, turn: Turn | undefined): Pace {
  if (!turn || !Suspending || !promising || milliseconds <= TURN_MS) return AT_ONCE;
  let spent = 0;
  const pace: Pace = {
    spend(share) {
      spent += share * milliseconds;
      if (spent < TURN_MS) return;
      spent = 0;
      return turn().catch((cause) => {
        pace.interruption = cause;
        throw cause;
      });
    },
    importing: (result) => new Suspending(result),
    run: (exported, ...values) => promising(exported)(...values),
  };
  return pace;
}
