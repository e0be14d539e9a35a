/**
 * @file The commands of the rendered pods, run with the real command line and a real store.
 * @module-tag slow
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalStore } from '../../../train/store/open.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';
import { images, tinyPng } from '../../train/dataset/folder/image-folder.ts';
import { cronJobs, type KubernetesObject, missing, partsOf, RENDERED } from './kustomize.ts';

const folder = temporaryFolder();
let worker: RunningWorker;

beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker?.stop());

describe.skipIf(missing)(`the commands of the pods${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const data = (objects: KubernetesObject[], name: string) =>
    objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(`${name}-`)) as
      | (KubernetesObject & { data: Record<string, string> })
      | undefined;

  /** Runs a job's container as Kubernetes would, but with the local store and further arguments. Expects success. @returns stdout */
  async function run(objects: KubernetesObject[], name: string, ...further: string[]): Promise<string> {
    const [cronJob] = cronJobs(objects).filter(({ metadata }) => metadata?.name === name);
    if (!cronJob) throw new RangeError(`expected a CronJob ${name}`);
    const { container } = partsOf(cronJob);
    const variables =
      container.env?.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])) ?? [];
    const env: Record<string, string> = {
      ...data(objects, 'training')?.data,
      ...Object.fromEntries(variables),
      JOB_COMPLETION_INDEX: '0',
      AWS_ENDPOINT_URL_S3: `${worker.origin}/cdn-cgi/local/r2/s3`,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local-secret',
      HOME: folder,
    };
    await writeFile(join(folder, 'grid.json'), data(objects, 'grid')?.data['grid.json'] ?? '');
    const args = (container.args ?? [])
      .map((arg) => arg.replace(/\$\((\w+)\)/g, (whole, key) => env[key] ?? whole))
      .map((arg) => arg.replace('/etc/tinyvgg', folder));
    const { stdout } = await expectSuccess(runTrainer([...args, ...further], { env }));
    return stdout;
  }

  test.each([
    ['cpu', 'cpu'],
    ['gpu', 'webgpu'],
  ] as const)('%s: retrain takes the recipe and the device %s', async (kind, device) => {
    const plan = await run(RENDERED[kind], 'retrain', '--dry-run');
    expect(plan).toContain('tinyvgg: recipe edge, ');
    expect(plan).toContain(`device ${device};`);
  });

  test('images: retrain trains on the folder in the bucket', async () => {
    const store = openLocalStore(worker.origin);
    for (const [path, seed] of Object.entries({ ...images('cat', 100, 1), ...images('dog', 100, 201) }))
      await store.put(`datasets/photos/${path}`, Uint8Array.from(tinyPng(seed)), 'image/png');
    const plan = await run(RENDERED.images, 'retrain', '--dry-run');
    expect(plan).toMatch(
      /^photos: recipe photos, .*on \d\d images that are not trained on.*above −5\.00 points/ms,
    );
  });

  test.each(['cpu', 'gpu'] as const)('%s: sweep has its grid and its shares', async (kind) => {
    expect(await run(RENDERED[kind], 'sweep', '--plan')).toContain('12 points in 4 shares');
  });
});
