/** @file The exit codes of the command line. Schedulers use them to decide whether to retry. */
import { type ErrorKind, ExplainedError } from '#shared/errors.ts';
import { Interruption } from './interruption.ts';

/** Exit code and meaning of each kind of error. */
export const EXIT_CODES: Record<ErrorKind, { code: number; meaning: string }> = {
  usage: { code: 2, meaning: 'invalid flag, configuration or input file; do not retry' },
  data: { code: 3, meaning: 'the data set is missing or damaged, or its download failed' },
  device: { code: 4, meaning: 'the device does not work on this machine' },
  model: { code: 5, meaning: 'a model failed a check; do not retry' },
  store: { code: 6, meaning: 'the object store rejected a request or did not respond; retry later' },
  conflict: {
    code: 7,
    meaning:
      'the store has another object under this name, or another process changed it or trains in the run folder at the same time',
  },
  image: { code: 8, meaning: 'an image cannot be read' },
  disk: { code: 9, meaning: 'a file cannot be written: the disk is full, or permission is denied' },
  divergence: { code: 10, meaning: 'training diverged: a loss or a weight is not finite; do not retry' },
  rejected: {
    code: 11,
    meaning: 'retrain did not promote the new model, which may be worse than the current one; do not retry',
  },
};

export const USAGE_ERROR = EXIT_CODES.usage.code;

/** Exit code of an error that no code handles. */
const UNEXPECTED = 1;

/** What a command can end with. */
interface Endings {
  /** The kinds of its errors. Each command can also fail to write its output. */
  kinds: readonly ErrorKind[];
  /** Whether it handles signals. */
  handlesSignals?: boolean;
}

const TRAINING = ['usage', 'data', 'device', 'model', 'store', 'conflict'] as const;
const REGISTRY = ['usage', 'model', 'store', 'conflict'] as const;

/** The endings of each command. */
const ENDINGS: Record<string, Endings> = {
  inspect: { kinds: ['usage', 'data', 'device', 'model'], handlesSignals: true },
  train: { kinds: [...TRAINING, 'divergence'], handlesSignals: true },
  report: { kinds: ['usage', 'data', 'model'] },
  evaluate: { kinds: ['usage', 'data', 'model', 'image'] },
  classify: { kinds: ['usage', 'model', 'image'] },
  push: { kinds: REGISTRY },
  promote: { kinds: REGISTRY },
  rollback: { kinds: REGISTRY },
  status: { kinds: ['usage', 'model', 'store'] },
  retrain: { kinds: [...TRAINING, 'divergence', 'rejected'], handlesSignals: true },
  // A point of the grid that diverges is a result.
  sweep: { kinds: TRAINING, handlesSignals: true },
  leaderboard: { kinds: ['usage', 'data', 'model', 'store'] },
};

/** Returns the exit codes of a command as text for `--help`. */
export function exitCodesHelp(command: string): string {
  const { kinds, handlesSignals } = ENDINGS[command];
  const own = Object.entries(EXIT_CODES).filter(([kind]) => [...kinds, 'disk'].includes(kind as ErrorKind));
  return [
    'Exit codes:',
    '  0  success',
    `  ${UNEXPECTED}  a bug in this program; please report it`,
    ...own.map(([, { code, meaning }]) => `  ${String(code).padEnd(2)} ${meaning}`),
    ...(handlesSignals
      ? [
          `  129, 130, 143  ended by SIGHUP, SIGINT or SIGTERM${command === 'inspect' ? '' : '; after one signal, a training has saved a checkpoint'}`,
        ]
      : []),
  ].join('\n');
}

/** Prints an error to stderr and returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof Interruption) {
    console.error(error.message);
    return error.exitCode;
  }
  if (error instanceof ExplainedError) {
    console.error(`error: ${error.message}`);
    return EXIT_CODES[error.kind].code;
  }
  console.error(error);
  return UNEXPECTED;
}
