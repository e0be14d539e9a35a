/** @file The settings of a run without flags: which recipe they come from. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveSettings } from '../../../train/run/settings.ts';
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
