/** @file The Worker as `wrangler dev` runs it: on loopback, with its own ports and an empty local bucket. */
import { startWrangler, type WranglerOptions } from '../../infra/local/wrangler.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface WorkerOptions
  extends Pick<WranglerOptions, 'config' | 'variables' | 'logLevel' | 'inspectorPort' | 'onOutput'> {
  /** Folder of the local bucket. Defaults to a new, empty one. */
  state?: string;
}

export interface RunningWorker {
  origin: string;
  /** Process id of wrangler, the parent of workerd. */
  pid: number;
  /** Stops the Worker and waits until its processes have ended. */
  stop(): Promise<void>;
}

/** Starts the Worker and waits until it responds. @throws ExplainedError if it does not respond */
export async function startWorker({
  state = temporaryFolder(),
  ...options
}: WorkerOptions = {}): Promise<RunningWorker> {
  const end = new AbortController();
  const { origin, pid, ended } = await startWrangler({
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
