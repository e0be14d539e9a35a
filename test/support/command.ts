/** @file Programs of the project, and the command line of the trainer, as child processes. */
import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const TRAINER = fileURLToPath(new URL('../../train/cli/main.ts', import.meta.url));

/** The environment of a machine without settings: where programs are, and where Node keeps compiled JavaScript. */
export const BARE = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };

/** Options of a training that starts at once: without a search for a graphics card, and without threads. The weights are the same. */
export const ON_ONE_THREAD = ['--device', 'cpu', '--threads', '1'];

/** The result of a process that has ended. */
export interface Ended {
  /** Exit code; null when a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** stdout and stderr together, in the order of arrival. */
  output: string;
}

/** Receives all output so far whenever the process prints, and the process itself, which it may kill. */
export type OnOutput = (output: string, child: ChildProcessWithoutNullStreams) => void;

/** `env` is the complete environment. It defaults to the environment of this process. */
export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'timeout'> {
  onOutput?: OnOutput | undefined;
}

/** Runs a program and waits until it has ended. */
export async function run(
  program: string,
  args: readonly string[],
  { onOutput = () => {}, ...options }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(program, args, options);
  const texts = { stdout: '', stderr: '', output: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
      texts.output += text;
      onOutput(texts.output, child);
    });
  }
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...texts };
}

/** Runs a script with this process's Node. */
export const runNode = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  run(process.execPath, args, options);

/** Runs a command of the trainer, as in `npm run train`. */
export const runTrainer = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  runNode([TRAINER, ...args], options);

/** Waits for a process that must succeed. @throws Error with its output unless it exits with 0 */
export async function expectSuccess(running: Promise<Ended>): Promise<Ended> {
  const ended = await running;
  if (ended.code === 0) return ended;
  throw new Error(`expected exit code 0, got ${ended.code ?? ended.signal}:\n${ended.output}`);
}
