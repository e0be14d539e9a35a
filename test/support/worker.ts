/** @file The project's Workers as `npm start` runs them: on loopback, with their own ports and an empty local bucket. */
import { join, resolve } from 'node:path';
import { lazy } from '#shared/lazy.ts';
import { ROOT } from '../../infra/child-process.ts';
import type { WorkerConfiguration } from '../../infra/local/configuration.ts';
import { readConfigurations } from '../../infra/local/read-configurations.ts';
import { CONFIGS, type LocalWorkerOptions, startLocalWorker } from '../../infra/local/worker.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The Workers that most tests need: the API and its decoders. */
const WITHOUT_ORT = ['wrangler.toml', 'wrangler.decode.toml'].map((name) => join(ROOT, name));

export interface WorkerOptions
  extends Partial<
    Pick<LocalWorkerOptions, 'configs' | 'variables' | 'logLevel' | 'inspectorPort' | 'onOutput'>
  > {
  /** Folder of the local bucket. Defaults to a new, empty one. */
  state?: string;
  /** Whether onnxruntime's Worker runs, too. Its 14 MB take two seconds of CPU time to start. Defaults to false. */
  withOrt?: boolean;
}

/** The project's configurations. wrangler takes as long to read them as the rest of a start, so each process reads them once. */
const readAll = lazy(() => readConfigurations(CONFIGS));

/** Returns what is in some of the project's configurations; undefined for others. */
async function readBefore(configs: readonly string[]): Promise<WorkerConfiguration[] | undefined> {
  const places = configs.map((config) => CONFIGS.indexOf(resolve(ROOT, config)));
  if (places.includes(-1)) return undefined;
  const all = await readAll();
  return places.map((i) => all[i]);
}

export interface RunningWorker {
  origin: string;
  /** Process id of the server, the parent of workerd. */
  pid: number;
  /** Stops the Worker and waits until its processes have ended. */
  stop(): Promise<void>;
}

/** Starts the Worker and waits until it responds. @throws ExplainedError if it does not respond */
export async function startWorker({
  state = temporaryFolder(),
  withOrt = false,
  configs = withOrt ? CONFIGS : WITHOUT_ORT,
  ...options
}: WorkerOptions = {}): Promise<RunningWorker> {
  const end = new AbortController();
  const { origin, pid, ended } = await startLocalWorker({
    ...options,
    configs,
    configurations: await readBefore(configs),
    host: '127.0.0.1',
    port: 0,
    state,
    signal: end.signal,
  });
  const stop = async () => {
    end.abort();
    await ended;
  };
  return { origin, pid, stop };
}
