/** @file The project's Workers as `npm start` runs them: on loopback, with their own ports and an empty local bucket. */
import { join } from 'node:path';
import { ROOT } from '../../infra/child-process.ts';
import { type LocalWorkerOptions, startLocalWorker } from '../../infra/local/worker.ts';
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
  ...options
}: WorkerOptions = {}): Promise<RunningWorker> {
  const end = new AbortController();
  const { origin, pid, ended } = await startLocalWorker({
    ...(!withOrt && { configs: WITHOUT_ORT }),
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
