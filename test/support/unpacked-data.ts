/**
 * @file Unpacks Fashion-MNIST for all tests and for the programs that they start: each program would need a seventh of a CPU second for it.
 * Vitest calls this before the first test (`globalSetup` in vitest.config.ts).
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FILES } from '../../train/dataset/fashion-mnist/files.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The environment variable with the folder of the packed files, which the user has given as FASHION_MNIST_DIR. */
export const PACKED = 'TINYVGG_TEST_PACKED_DATA';

/** Names the folder of the unpacked files in FASHION_MNIST_DIR. Without the packed files it does nothing. */
export async function setup(): Promise<void> {
  const packed = process.env.FASHION_MNIST_DIR ?? '';
  const names = Object.values(FILES).map(({ name }) => name);
  if (!names.every((name) => existsSync(join(packed, name)))) return;
  const unpacked = join(temporaryFolder(), 'fashion-mnist');
  await mkdir(unpacked);
  for (const name of names) {
    const content = await promisify(gunzip)(await readFile(join(packed, name)));
    await writeFile(join(unpacked, name.replace('.gz', '')), content);
  }
  process.env[PACKED] = packed;
  process.env.FASHION_MNIST_DIR = unpacked;
}
