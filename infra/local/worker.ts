/** @file Runs the Worker on this machine, with a local bucket, in a child process (server.ts). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import { collectTail, QUIET, ROOT } from '../child-process.ts';
import { portError } from './checks.ts';
import type { Ready, ServerOptions } from './server-options.ts';

export interface LocalWorkerOptions extends Partial<ServerOptions> {
  host: string;
  port: number;
  state: string;
  /** Stops the Worker, also while it starts. */
  signal: AbortSignal;
  /** Receives the output of the Worker and of its process. */
  onOutput?: ((text: string) => void) | undefined;
}

export interface LocalWorker {
  /** Where this machine reaches the Worker. */
  origin: string;
  /** Process id of the server. workerd runs as its child. */
  pid: number;
  /** Resolves with the last output when the server and workerd have ended, and the port is free. */
  ended: Promise<string>;
}

/** Milliseconds until the first response. Three seconds are usual; busy cores and the 14 MB of onnxruntime's Worker need more. */
const START_LIMIT = 300_000;
/** Milliseconds between SIGTERM and SIGKILL. */
const STOP_LIMIT = 5_000;
/** Milliseconds to wait for the end of killed processes. Where nothing reaps orphans, as in some containers, they stay as zombies. */
const KILL_LIMIT = 1_000;
/** Characters of output to keep for an error message. */
const TAIL = 2_000;

/**
 * Memory for the objects of each isolate, in MiB. workerd sets no limit, so that V8 would collect garbage late. An isolate of Cloudflare
 * has 128 MB for everything, of which the decoders take up to 84.
 */
const MAX_HEAP = 48;

/** The project's Workers. */
export const CONFIGS = ['wrangler.toml', 'wrangler.ort.toml', 'wrangler.decode.toml'].map((name) =>
  join(ROOT, name),
);

/**
 * Starts a Worker and waits for its first response.
 * @throws ExplainedError of kind `device` when the server ends or does not respond
 */
export async function startLocalWorker({
  signal,
  onOutput,
  ...options
}: LocalWorkerOptions): Promise<LocalWorker> {
  const { host, port } = options;
  const state = resolve(options.state);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], {
    cwd: ROOT,
    env: {
      ...withoutLocalProxy(process.env),
      ...QUIET,
      MINIFLARE_WORKERD_V8_FLAGS: `--max-heap-size=${MAX_HEAP}`,
      // Miniflare copies the Workers' code 90 times to serialize it. Large pages save two thirds of the time, which glibc otherwise spends on
      // page faults.
      GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
      // wrangler keeps its settings in the home folder, which a container may lack.
      XDG_CONFIG_HOME: join(state, 'config'),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In its own process group, the server does not receive Ctrl-C. This process then stops the server and workerd in order.
    detached: true,
  });
  const tail = collectTail(child, TAIL, onOutput);
  /** Aborts when there will be no response. */
  const failure = new AbortController();
  const ended = new Promise<string>((settle) => {
    child.once('error', (error) => settle(error.message));
    // A workerd that survives the server would keep the port and the output pipe open.
    child.once('exit', () => killGroup(child));
    child.once('close', () => endGroup(child).then(() => settle(tail())));
  });
  const stop = (): void => void terminate(child, ended);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  ended.then(() => failure.abort());
  const limit = AbortSignal.any([failure.signal, AbortSignal.timeout(START_LIMIT)]);
  // Over the channel, the variables with their secrets do not appear among the arguments, which every user of the machine can read.
  child.send(
    {
      configs: CONFIGS,
      variables: {},
      defaults: {},
      logLevel: 'error',
      ...options,
      state,
    } satisfies ServerOptions,
    () => {},
  );
  try {
    const [ready] = (await once(child, 'message', { signal: limit })) as [Ready];
    const origin = `http://${connectAddress(host)}:${ready.port}`;
    await firstResponse(origin, limit);
    return { origin, pid: child.pid as number, ended };
  } catch (error) {
    if (!limit.aborted) throw error;
  }
  const got = failure.signal.aborted ? 'the end of its process' : `none in ${START_LIMIT / 1000} s`;
  stop();
  await ended;
  // Another program has taken the port since it was found free.
  if (tail().includes('Address already in use')) throw portError(host, port, 'EADDRINUSE');
  throw new ExplainedError({
    kind: 'device',
    what: 'cannot start the Worker',
    expected: 'a response',
    got: `${got}; its last output:\n${tail()}`,
  });
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

/** Excludes this machine from the proxy of an environment: Miniflare and workerd send requests to each other. */
function withoutLocalProxy(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const excluded = [env.no_proxy || env.NO_PROXY, 'localhost,127.0.0.1,::1'].filter(Boolean).join();
  return { ...env, NO_PROXY: excluded, no_proxy: excluded };
}

/** Sends SIGTERM to the server, which stops workerd. Sends SIGKILL to both when that takes too long. */
async function terminate(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const late = await Promise.race([ended.then(() => false), setTimeout(STOP_LIMIT, true, { ref: false })]);
  if (late) killGroup(child);
}

/** Kills what the server left running, and waits for its end, which frees the port. */
async function endGroup(child: ChildProcess): Promise<void> {
  const limit = Date.now() + KILL_LIMIT;
  while (killGroup(child) && Date.now() < limit) await setTimeout(10);
}

/** @returns whether the group had a process */
function killGroup({ pid }: ChildProcess): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Returns the address to connect to for a server that listens on `host`. */
function connectAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
