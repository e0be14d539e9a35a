/** @file The project's Workers as `npm start` runs them: on loopback, with their own ports and an empty local bucket. */
import { lazy } from '#shared/lazy.ts';
import { readConfigurations } from '../../infra/local/read-configurations.ts';
import { CONFIGS, type LocalWorkerOptions, startLocalWorker } from '../../infra/local/worker.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Read once in this process, which takes as much CPU time as the rest of a Worker's start. */
const configurations = lazy(() => readConfigurations(CONFIGS));

export interface WorkerOptions
  extends Partial<
    Pick<LocalWorkerOptions, 'configs' | 'variables' | 'logLevel' | 'inspectorPort' | 'onOutput'>
  > {
  /** Folder of the local bucket. Defaults to a new, empty one. */
  state?: string;
  /** Whether onnxruntime's Worker runs, too. Its 14 MB take two seconds of CPU time to start. Defaults to false. */
  withOrt?: boolean;
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
  configs,
  ...options
}: WorkerOptions = {}): Promise<RunningWorker> {
  const end = new AbortController();
  const { origin, pid, ended } = await startLocalWorker({
    configs: configs ?? (await configurations()).filter(({ name }) => withOrt || name !== 'tinyvgg-edge-ort'),
    ...options,
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
