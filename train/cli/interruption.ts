/** @file Handles signals: the first one stops the work after its current step, a second one ends the process at once. */
import { constants } from 'node:os';

/** Of Ctrl-C, of a scheduler, and of a terminal that closes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Milliseconds within which a second signal is ignored: a terminal sends SIGINT to all its processes, and npm then forwards the same
 * signal to this one.
 */
const DUPLICATE_WINDOW = 300;

/** The error with which interrupted work ends. */
export class Interruption extends Error {
  /** 128 plus the number of the signal, as in a shell: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. */
  readonly exitCode: number;

  constructor(signal: Signal, message: string) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs `work` with an AbortSignal that the first of these signals aborts.
 * @param explain returns the message that is printed after the work has stopped, such as how to resume
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
      console.error(
        `\n${signal}: stopping after the current step. A second ${signal} ends the process at once, without a checkpoint.`,
      );
      controller.abort(new Interruption(signal, explain(signal)));
    } else if (performance.now() - first > DUPLICATE_WINDOW) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
