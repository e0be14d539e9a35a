/**
 * @file `train --summary`, as a process.
 * @module-tag slow
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { paint, png } from '../../fixtures/images.ts';
import { BARE, expectSuccess, runTrainer } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Without a data set, and without a cache that could hold one. */
const offline = { env: { ...BARE, HOME: '/nonexistent' } };

it('prints the models without the data set, and trains nothing', async () => {
  const runs = () => (existsSync('runs') ? readdirSync('runs') : []);
  const before = runs();
  const { code, stdout, stderr } = await runTrainer(['train', '--summary'], offline);
  expect([code, stderr]).toEqual([0, '']);
  for (const name of ['v0', 'v1', 'tinyvgg']) expect(stdout).toContain(`\n${name}(\n`);
  expect(stdout).toMatch(/│ block_2\.4 +│ MaxPool2d 2 × 2 +│ \[32, 10, 7, 7\] +│/);
  expect(stdout.match(/│ all +│.*│ +7,(960|740) │/g)).toHaveLength(3);
  expect(runs()).toEqual(before);
});

it('prints the network of a file, for the batch size of an option', async () => {
  const file = join(temporaryFolder(), 'network.json');
  const layers = [{ kind: 'flatten' }, { kind: 'linear', outFeatures: 10 }];
  await writeFile(file, JSON.stringify({ name: 'short', modules: { head: layers } }));
  const args = ['train', '--summary', '--network', file, '--batch-size', '4'];
  const { stdout } = await expectSuccess(runTrainer(args, offline));
  expect(stdout).toMatch(/head\.1 +│ Linear +│ \[4, 10\] +│ +7,850/);
});

it('prints the network for a folder of images, with its classes and their size', async () => {
  const folder = join(temporaryFolder(), 'kinds');
  for (const [k, kind] of ['a', 'b', 'c'].entries()) {
    await mkdir(join(folder, kind), { recursive: true });
    for (let i = 0; i < 8; i++) {
      const { data } = paint(9, 9, () => [80 * k, 30 * i, 9]);
      await writeFile(join(folder, kind, `${i}.png`), await png(9, 9, data, { channels: 4 }));
    }
  }
  const args = ['train', '--summary', '--models', 'tinyvgg', '--data', folder, '--image-size', '32'];
  const { stdout } = await expectSuccess(runTrainer(args, offline));
  expect(stdout).toMatch(/│ input +│ \[\d+, 3, 32, 32\]/);
  expect(stdout).toMatch(/classifier\.1 +│ Linear +│ \[\d+, 3\]/);
});

it('exits with code 5 when the sizes of a network do not fit the images', async () => {
  const { code, stderr } = await runTrainer(
    ['train', '--summary', '--models', 'tinyvgg', '--kernel-size', '9', '--padding', 'none'],
    offline,
  );
  expect([code, stderr]).toEqual([5, expect.stringMatching(/block_\d\.\d \(\w+\)/)]);
});
