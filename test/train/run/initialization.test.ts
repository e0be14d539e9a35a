/** @file The first weights of a run, in its settings, its summary and its report. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { decodeModel } from '../../../shared/onnx/model.ts';
import { networkOf } from '../../../shared/onnx/network.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { readRelease } from '../../../train/release/release.ts';
import { runDetails } from '../../../train/report/facts.ts';
import { readResults } from '../../../train/report/results.ts';
import { openRun, trainModels } from '../../../train/run/run.ts';
import { resolveSettings, SETTINGS_FILE, settingsOf, toOverrides } from '../../../train/run/settings.ts';
import { readSummary } from '../../../train/run/summary.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images } from '../dataset/folder/image-folder.ts';

describe('a run on grey pictures of 28 × 28 pixels, without --models and --initialization', () => {
  const out = join(temporaryFolder(), 'run');
  beforeAll(async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const root = await folderOf({ ...images('digits/1', 12, 1), ...images('digits/7', 12, 31) });
    const settings = {
      ...{ data: join(root, 'digits'), out, device: 'cpu', threads: 1, imageSize: 28, colour: 'grey' },
      // With a learning rate of 0, the weights stay as they were at the start.
      ...{ epochs: 1, learningRate: 0, averaging: 0, seed: 5 },
    };
    await trainModels(await openRun(await resolveSettings(settings)), new AbortController().signal);
  });

  it('starts photonet with the weights of He et al.', async () => {
    const { files } = await readRelease(join(out, 'digits.onnx'));
    const network = resolveNetwork(modelSpec('photonet', { input: [1, 28, 28], classes: 2 }));
    const drawn = initialWeights(network, Generator.seeded(5), 'he');
    expect([...networkOf(decodeModel(files.onnx)).weights.values()]).toEqual([...drawn.values()]);
  });

  it('has the initialization in its summary and its report', async () => {
    expect((await readSummary(out)).initialization).toEqual({ photonet: 'he' });
    expect(runDetails(await readResults(out))).toContainEqual(['photonet, initialization', 'he']);
  });

  it('cannot be resumed with another initialization', async () => {
    const copy = join(temporaryFolder(), 'run');
    // A copy without the lock, which this process holds until it ends.
    await cp(out, copy, { recursive: true, filter: (path) => !path.includes('.lock') });
    await expect(openRun(await resolveSettings({ resume: copy }))).resolves.toBeDefined();
    const edited = join(temporaryFolder(), 'run');
    await cp(out, edited, { recursive: true, filter: (path) => !path.includes('.lock') });
    const path = join(edited, SETTINGS_FILE);
    const settings = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...settings, initialization: 'pytorch' }));
    const resumed = openRun(await resolveSettings({ resume: edited }));
    await expect(resumed).rejects.toThrow(
      `cannot resume ${edited}: initialization has changed since the run began`,
    );
  });
});

it('--initialization is part of the settings, and settings without it stay without it', () => {
  const given = settingsOf({ models: 'v0', initialization: 'he' }, 'test');
  expect(toOverrides(given).initialization).toBe('he');
  expect(settingsOf(toOverrides(given), 'settings')).toEqual(given);
  expect(toOverrides(settingsOf({ recipe: 'photos' }, 'test'))).not.toHaveProperty('initialization');
  expect(() => settingsOf({ initialization: 'zeros' }, 'test')).toThrow('initialization');
});
