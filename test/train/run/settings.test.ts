/** @file The settings of a run without flags: which recipe they come from. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveSettings, SETTINGS_FILE } from '../../../train/run/settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf } from '../dataset/folder/image-folder.ts';

it('the recipe is photos for a folder of images, garments for one of garments, and lab for Fashion-MNIST or a folder that is not here', async () => {
  const folder = await folderOf({ 'cat/1.png': 1 });
  expect((await resolveSettings({ data: folder })).name).toBe('photos');
  expect((await resolveSettings({ data: folder, fit: 'garment' })).name).toBe('garments');
  expect((await resolveSettings({ data: folder, recipe: 'lab' })).name).toBe('lab');
  expect((await resolveSettings({ data: join(folder, 'elsewhere') })).name).toBe('lab');
  expect((await resolveSettings({})).name).toBe('lab');
});

it('the network is photonet for a folder of images, tinyvgg for one of garments, and the lab’s three for Fashion-MNIST', async () => {
  const data = await folderOf({ 'cat/1.png': 1 });
  expect((await resolveSettings({ data })).models).toEqual(['photonet']);
  expect((await resolveSettings({ data, fit: 'garment' })).models).toEqual(['tinyvgg']);
  expect((await resolveSettings({})).models).toEqual(['v0', 'v1', 'tinyvgg']);
});

it('a folder without a run cannot be resumed, and the error names the run that was probably meant', async () => {
  const runs = temporaryFolder();
  const run = join(runs, 'killed');
  await mkdir(join(run, 'checkpoints'), { recursive: true });
  await writeFile(join(run, SETTINGS_FILE), '{}');
  const resume = (name: string) => resolveSettings({ resume: join(runs, name) });
  expect((await resume('killed')).out).toBe(run);
  await expect(resume('kiled')).rejects.toThrow(`got no such folder. Did you mean --resume ${run}?`);
  await expect(resume('killed/checkpoints')).rejects.toThrow(
    `got a folder without settings.json. Did you mean --resume ${run}?`,
  );
  await expect(resume('other')).rejects.toThrow(/got no such folder\.?$/);
});

it('settings that a resumed run keeps can be changed in a new one, from its weights', async () => {
  const run = temporaryFolder();
  await writeFile(join(run, SETTINGS_FILE), '{}');
  await expect(resolveSettings({ resume: run, learningRate: 0.05 })).rejects.toThrow(
    `start a new run from these weights: --weights ${run}`,
  );
});
