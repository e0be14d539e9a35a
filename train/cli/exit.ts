/** @file What the command's exit codes mean. Schedulers decide by them whether to try again. */
import { type ErrorKind, ExplainedError } from '#shared/errors.ts';
import { Interruption } from './interruption.ts';

/** By what an error is of. */
export const EXIT_CODES: Record<ErrorKind, { code: number; meaning: string }> = {
  usage: { code: 2, meaning: 'a flag, a configuration or an input file that cannot be; do not retry' },
  data: { code: 3, meaning: 'the data set is missing, damaged or cannot be downloaded' },
  device: { code: 4, meaning: 'the device asked for does not work here' },
  model: { code: 5, meaning: 'a model failed a check; do not retry' },
  store: { code: 6, meaning: 'the object store refused or did not answer; retry later' },
  conflict: { code: 7, meaning: 'somebody else changed the store at the same time, or an object differs' },
  image: { code: 8, meaning: 'an image cannot be read' },
  disk: { code: 9, meaning: 'a file cannot be written: no space, or no permission' },
  divergence: { code: 10, meaning: 'training diverged: a loss or a weight is not finite; do not retry' },
  rejected: {
    code: 11,
    meaning: 'the new model was not shown to be as good as the present one: the alias stays; do not retry',
  },
};

const UNEXPECTED = 1;

/** For `--help`. */
export const EXIT_CODES_HELP = [
  'Exit codes:',
  '  0  done',
  `  ${UNEXPECTED}  a fault of this program; please report it`,
  ...Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(2)} ${meaning}`),
  '  130, 143  ended by SIGINT, SIGTERM; train saves a checkpoint first: go on with --resume',
].join('\n');

/** Says what went wrong on stderr and returns the exit code. */
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
