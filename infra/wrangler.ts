/** @file `wrangler dev` as a child process: the Worker and its local bucket on this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';

export interface WranglerOptions {
  /** Address to listen on. */
  host: string;
  port: number;
  /** Folder of the local bucket. */
  state: string;
  /** Path of a configuration in place of the project's own. */
  config?: string;
  /** In place of those in the configuration. */
  variables?: Readonly<Record<string, string>>;
  /** Ends wrangler, also while it starts. */
  signal: AbortSignal;
  /** What of it is printed: `error` (unless given), `warn`, or all that the Worker logs, `log`. */
  logLevel?: string | undefined;
  /** Where the inspector listens; the first free port from 9229 unless given. */
  inspectorPort?: number | undefined;
  /** Receives what wrangler and the Worker print. */
  onOutput?: (text: string) => void;
}

export interface Wrangler {
  /** Where this machine reaches the Worker. */
  origin: string;
  /** Process id of wrangler, whose children are workerd. */
  pid: number;
  /** Settles when wrangler has ended, with the last lines it printed. */
  ended: Promise<string>;
}

/** Milliseconds for the first answer: two seconds are usual, a cold disk and the 14 MB of onnxruntime's Worker need more. */
const START_LIMIT = 90_000;
/** Milliseconds between SIGTERM and SIGKILL. */
const STOP_LIMIT = 5_000;
/** Characters of output that are kept for an error message. */
const TAIL = 2_000;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The Worker that listens comes first. */
const CONFIGS = ['wrangler.toml', 'wrangler.ort.toml', 'wrangler.decode.toml'].map((name) =>
  join(ROOT, name),
);

/** No banner, no log files, no questions, and nothing sent anywhere: neither telemetry nor a look at what this machine's address is. */
export const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
};

/**
 * Starts `wrangler dev` and waits until it answers.
 * https://developers.cloudflare.com/workers/wrangler/commands/#dev
 * @throws ExplainedError of kind `device` when it ends or stays silent
 */
export async function startWrangler(options: WranglerOptions): Promise<Wrangler> {
  const {
    host,
    port,
    signal,
    config,
    variables = {},
    logLevel = 'error',
    inspectorPort,
    onOutput = () => {},
  } = options;
  const state = resolve(options.state);
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
      ...[
        'dev',
        ...(config ? [config] : CONFIGS).flatMap((path) => ['--config', path]),
        '--persist-to',
        state,
      ],
      ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
      ...['--ip', host, '--port', String(port)],
      ...(inspectorPort === undefined ? [] : ['--inspector-port', String(inspectorPort)]),
      // `error` is without a warning that the local S3 API is experimental; what the Worker prints as an error still shows.
      ...['--log-level', logLevel, '--show-interactive-dev-session=false'],
    ],
    {
      cwd: ROOT,
      // The registry of running Workers is per state folder, so that two copies of the project do not find each other.
      env: { ...process.env, ...QUIET, WRANGLER_REGISTRY_PATH: join(state, 'registry') },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C reaches us alone, and we end wrangler and its workerd in order.
      detached: true,
    },
  );

  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + stripVTControlCharacters(text)).slice(-TAIL);
      onOutput(text);
    });
  }
  const ended = new Promise<string>((settle) => {
    child.once('error', (error) => settle(error.message));
    // Whatever wrangler left behind when it died would keep the port, and its output open.
    child.once('exit', () => killGroup(child));
    child.once('close', () => settle(tail.trim()));
  });
  const stop = (): void => void terminate(child, ended);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const origin = `http://${reachable(host)}:${port}`;
  const over = new AbortController();
  ended.then(() => over.abort());
  const outcome = await answer(origin, over.signal);
  if (outcome === 'answered') return { origin, pid: child.pid as number, ended };
  stop();
  await ended;
  throw new ExplainedError({
    kind: 'device',
    what: 'cannot start wrangler dev',
    expected: `an answer at ${origin}`,
    got: `${outcome === 'ended' ? 'its end' : `none in ${START_LIMIT / 1000} s`}; its last words:\n${tail.trim() || '(nothing)'}`,
  });
}

/** Any status will do: whether the Worker can classify is for its own health check. */
async function answer(origin: string, ended: AbortSignal): Promise<'answered' | 'silent' | 'ended'> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(START_LIMIT)]);
  while (!signal.aborted) {
    try {
      await fetch(`${origin}/health/live`, { signal });
      return 'answered';
    } catch {
      await setTimeout(100);
    }
  }
  return ended.aborted ? 'ended' : 'silent';
}

/** SIGTERM to wrangler, which ends its workerd; SIGKILL to all of them when that takes too long. */
async function terminate(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const late = await Promise.race([ended.then(() => false), setTimeout(STOP_LIMIT, true, { ref: false })]);
  if (late) killGroup(child);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** An address to connect to, for one to listen on. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
