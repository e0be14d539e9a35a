/** @file SIGINT and SIGTERM: the first asks for an orderly end, a second one ends the process at once. */
import { constants } from 'node:os';

type Signal = 'SIGINT' | 'SIGTERM';

/** Milliseconds within which a signal is the same one again: npm hands on what the terminal has sent to everybody. */
const ECHO = 300;

/** The orderly end of what a signal interrupted. */
export class Interruption extends Error {
  /** As a shell tells it: 130 for SIGINT, 143 for SIGTERM. */
  readonly exitCode: number;

  constructor(signal: Signal, message: string) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs `work` with a signal that is aborted at the first SIGINT or SIGTERM.
 * @param explain what to say once `work` has ended: how to go on
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  explain: (signal: Signal) => string,
): Promise<T> {
  const controller = new AbortController();
  let first = 0;
  const onSignal = (signal: Signal) => {
    if (!controller.signal.aborted) {
      first = performance.now();
      console.error(`\n${signal}: finishing this step. Once more ends at once, without saving.`);
      controller.abort(new Interruption(signal, explain(signal)));
    } else if (performance.now() - first > ECHO) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
