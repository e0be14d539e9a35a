/** @file The trainer's command line as a process, on a store. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { S3Options } from '../../../train/store/s3.ts';
import { dataFolder } from '../../data.ts';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

type Address = S3Options & { endpoint: string; credentials: NonNullable<S3Options['credentials']> };

/**
 * Runs a command of the trainer on the store at `s3`.
 * @param onText called with all that it has printed so far, whenever it prints
 */
export async function trainer(
  args: string[],
  s3: Address,
  env: Record<string, string> = {},
  onText: (stdout: string, child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, ['train/main.ts', ...args], {
    env: {
      ...process.env,
      FASHION_MNIST_DIR: dataFolder,
      MODEL_BUCKET: s3.bucket,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      ...env,
    },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onText(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}
