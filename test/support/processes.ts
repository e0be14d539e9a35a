/** @file The trainer's command line as a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { S3Options } from '../../train/store/s3.ts';
import { dataFolder } from './data.ts';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Called with all that a process has printed so far, whenever it prints. */
export type OnText = (stdout: string, child: ChildProcess) => void;

/** @param shell commands of bash that come first */
export async function runTrainer(
  args: string[],
  { env = {}, onText, shell }: { env?: Record<string, string | undefined>; onText?: OnText; shell?: string },
): Promise<Ended> {
  const command = [process.execPath, 'train/cli/main.ts', ...args];
  const before = shell ? ['/bin/bash', '-c', `${shell}; exec "$@"`, 'bash'] : [];
  const [program, ...rest] = [...before, ...command];
  const child = spawn(program, rest, { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onText?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}

/** What tells a process of the trainer the store and the data set. */
export const storeVariables = ({
  bucket,
  endpoint,
  region,
  credentials,
}: S3Options & { credentials: NonNullable<S3Options['credentials']> }) => ({
  FASHION_MNIST_DIR: dataFolder,
  MODEL_BUCKET: bucket,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
