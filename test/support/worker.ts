/** @file The Worker as `wrangler dev` runs it: on loopback, with its own ports and an empty local bucket. */
import { join } from 'node:path';
import { ROOT } from '../../infra/child-process.ts';
import { startWrangler, type WranglerOptions } from '../../infra/local/wrangler.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The Workers that most tests need: the API and its decoders. */
const WITHOUT_ORT = ['wrangler.toml', 'wrangler.decode.toml'].map((name) => join(ROOT, name));

export interface WorkerOptions
  extends Pick<WranglerOptions, 'config' | 'variables' | 'logLevel' | 'inspectorPort' | 'onOutput'> {
  /** Folder of the local bucket. Defaults to a new, empty one. */
  state?: string;
  /** Whether onnxruntime's Worker runs, too. Its 14 MB take two seconds of CPU time to start. Defaults to false. */
  withOrt?: boolean;
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
  withOrt = false,
  ...options
}: WorkerOptions = {}): Promise<RunningWorker> {
  const end = new AbortController();
  const { origin, pid, ended } = await startWrangler({
    ...(!withOrt && { config: WITHOUT_ORT }),
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
