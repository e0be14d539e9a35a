/** @file Runs `wrangler dev` as a child process: the Worker and its local bucket on this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { on } from 'node:events';
import { Agent, get } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import { collectTail, QUIET, ROOT, WRANGLER } from '../child-process.ts';
import { portError } from './checks.ts';

export interface WranglerOptions {
  /** Address to listen on. */
  host: string;
  /** Port to listen on; 0 for a free one, which `origin` then contains. */
  port: number;
  /** Folder of the local bucket. */
  state: string;
  /** Paths of configurations to use instead of the project's three; the Worker that listens comes first. */
  config?: string | readonly string[];
  /** Override the variables in the configuration. */
  variables?: Readonly<Record<string, string>>;
  /** Stops wrangler, also while it starts. */
  signal: AbortSignal;
  /** Log level of wrangler and the Worker: `error` (default), `warn` or `log`. */
  logLevel?: string | undefined;
  /** Port of the inspector. Defaults to a free one. */
  inspectorPort?: number | undefined;
  /** Receives the output of wrangler and the Worker. */
  onOutput?: (text: string) => void;
}

export interface Wrangler {
  /** Where this machine reaches the Worker. */
  origin: string;
  /** Process id of wrangler. workerd runs as its child. */
  pid: number;
  /** Resolves with the last output when wrangler has ended. */
  ended: Promise<string>;
}

/** Milliseconds until the first response. Two seconds are usual; busy cores and the 14 MB of onnxruntime's Worker need more. */
const START_LIMIT = 300_000;
/** Milliseconds from an error of wrangler until the start counts as failed. It may recover. */
const ERROR_LIMIT = 5_000;
/** Milliseconds between SIGTERM and SIGKILL. */
const STOP_LIMIT = 5_000;
/** Characters of output to keep for an error message. */
const TAIL = 2_000;

/**
 * Memory for the objects of each isolate, in MiB. workerd sets no limit, so that V8 would collect garbage late. An isolate of Cloudflare
 * has 128 MB for everything, of which the decoders take up to 84.
 */
const MAX_HEAP = 48;

/** Stops wrangler when this process is killed and the channel between them closes. Otherwise it would keep the port. */
const WITH_PARENT = [
  '--import',
  "data:text/javascript,process.once('disconnect',()=>process.kill(process.pid,'SIGTERM'))",
];

/** The Worker that listens comes first. */
const CONFIGS = ['wrangler.toml', 'wrangler.ort.toml', 'wrangler.decode.toml'].map((name) =>
  join(ROOT, name),
);

/**
 * Starts `wrangler dev` and waits for its first response.
 * https://developers.cloudflare.com/workers/wrangler/commands/#dev
 * @throws ExplainedError of kind `device` when wrangler ends or does not respond
 */
export async function startWrangler(options: WranglerOptions): Promise<Wrangler> {
  const { host, signal } = options;
  const state = resolve(options.state);
  const child = spawn(process.execPath, [...WITH_PARENT, WRANGLER, ...argumentsOf(options, state)], {
    cwd: ROOT,
    env: {
      ...withoutLocalProxy(process.env),
      ...QUIET,
      // The registry of running Workers is per state folder, so that two copies of the project do not find each other.
      WRANGLER_REGISTRY_PATH: join(state, 'registry'),
      MINIFLARE_WORKERD_V8_FLAGS: `--max-heap-size=${MAX_HEAP}`,
      // wrangler keeps its settings in the home folder, which a container may lack.
      XDG_CONFIG_HOME: join(state, 'config'),
    },
    // Over the channel to its parent, wrangler reports the port on which it listens.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In its own process group, wrangler does not receive Ctrl-C. This process then stops wrangler and workerd in order.
    detached: true,
  });
  /** Aborts when there will be no response; the reason says what happened instead. */
  const failure = new AbortController();
  const tail = collectTail(child, TAIL, (text) => {
    options.onOutput?.(text);
    // After an error, such as in a file that it bundles, wrangler stays alive and waits for a change.
    if (tail().includes('[ERROR]'))
      setTimeout(ERROR_LIMIT, undefined, { ref: false }).then(() => failure.abort('an error'));
  });
  const ended = new Promise<string>((settle) => {
    child.once('error', (error) => settle(error.message));
    // A workerd that survives wrangler would keep the port and the output pipe open.
    child.once('exit', () => killGroup(child));
    child.once('close', () => settle(tail()));
  });
  const stop = (): void => void terminate(child, ended);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  ended.then(() => failure.abort('the end of wrangler'));
  const limit = AbortSignal.any([failure.signal, AbortSignal.timeout(START_LIMIT)]);
  try {
    const origin = `http://${connectAddress(host)}:${await portOf(child, limit)}`;
    await firstResponse(origin, limit);
    return { origin, pid: child.pid as number, ended };
  } catch (error) {
    if (!limit.aborted) throw error;
  }
  const got = failure.signal.aborted ? failure.signal.reason : `none in ${START_LIMIT / 1000} s`;
  stop();
  await ended;
  // Another program has taken the port since it was found free.
  if (tail().includes('Address already in use')) throw portError(host, options.port, 'EADDRINUSE');
  throw new ExplainedError({
    kind: 'device',
    what: 'cannot start wrangler dev',
    expected: 'a response of the Worker',
    got: `${got}; its last output:\n${tail()}`,
  });
}

function argumentsOf(
  { host, port, config, variables = {}, logLevel = 'error', inspectorPort = 0 }: WranglerOptions,
  state: string,
): string[] {
  return [
    'dev',
    ...[config ?? CONFIGS].flat().flatMap((path) => ['--config', path]),
    ...['--persist-to', state],
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ...['--ip', host, '--port', String(port)],
    ...['--inspector-port', String(inspectorPort)],
    // The level `error` omits a warning that the local S3 API is experimental. Errors that the Worker logs still appear.
    ...['--log-level', logLevel, '--show-interactive-dev-session=false'],
  ];
}

/** Waits until wrangler listens. @returns the port @throws AbortError when `signal` aborts before */
async function portOf(child: ChildProcess, signal: AbortSignal): Promise<number> {
  for await (const [message] of on(child, 'message', { signal })) {
    const { event, port } = JSON.parse(message) as { event: string; port: number };
    if (event === 'DEV_SERVER_READY') return port;
  }
  throw new Error('unreachable: only the signal ends the messages');
}

/**
 * Waits for a response. Its status does not matter: the Worker's own health check covers classification.
 * @throws AbortError when `signal` aborts before
 */
async function firstResponse(origin: string, signal: AbortSignal): Promise<void> {
  while (true) {
    try {
      await respond(`${origin}/health/live`, signal);
      return;
    } catch {
      await setTimeout(100, undefined, { signal });
    }
  }
}

/** Waits for a response. The agent uses no proxy, whereas `fetch` does with NODE_USE_ENV_PROXY. */
function respond(url: string, signal: AbortSignal): Promise<void> {
  return new Promise((settle, fail) => {
    get(url, { agent: new Agent(), signal }, (response) => settle(void response.resume())).on('error', fail);
  });
}

/** Excludes this machine from the proxy of an environment: wrangler and workerd send requests to each other. */
function withoutLocalProxy(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const excluded = [env.no_proxy || env.NO_PROXY, 'localhost,127.0.0.1,::1'].filter(Boolean).join();
  return { ...env, NO_PROXY: excluded, no_proxy: excluded };
}

/** Sends SIGTERM to wrangler, which stops workerd. Sends SIGKILL to both when that takes too long. */
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
    // All processes of the group have ended.
  }
}

/** Returns the address to connect to for a server that listens on `host`. */
function connectAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
