/** @file The settings that a manifest records, and what it says about the recipe. */
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { withTrainingOptions } from '../../../train/cli/options.ts';
import { recordedSettings } from '../../../train/run/decisive-settings.ts';
import { RECIPES } from '../../../train/run/recipes.ts';
import { settingsOf } from '../../../train/run/settings.ts';

const recorded = (values: object) => recordedSettings(settingsOf(values, 'test'));

/** A change of each setting that decides a result. */
const CHANGES: Record<string, unknown> = {
  ...{
    hiddenUnits: 12,
    kernelSize: 5,
    padding: 'none',
    initialization: 'he',
    seed: 7,
    epochs: 4,
    batchSize: 16,
  },
  ...{ learningRate: 0.2, momentum: 0.9, weightDecay: 0.01, averaging: 0.9, labelSmoothing: 0.1 },
  ...{ schedule: 'cosine', augmentation: 'shifts-1', kernels: 'simd', imageSize: 32, colour: 'grey' },
  ...{ fit: 'contain', splitSeed: 3, none: 'other', balance: true, limit: 320, heldOut: 100 },
  ...{ calibration: false, select: 'best', patience: 3 },
};

/** The values themselves are in other members of the manifest, or do not change the result. */
const ELSEWHERE = [
  ...['config', 'recipe', 'models', 'network', 'device', 'allowSoftwareAdapter', 'threads', 'data'],
  ...['photos', 'weights', 'pretrained', 'teacher', 'checkpointEvery'],
];

/** They are tested with another recipe, or with another optimizer. */
const OF_OPTIMIZERS = ['optimizer', 'beta1', 'beta2', 'epsilon'];

describe('the settings in a manifest', () => {
  it('include every option of train that decides a result', () => {
    const { options } = withTrainingOptions(new Command(), RECIPES.lab);
    const names = new Set(options.map((option) => option.attributeName()));
    expect([...names].toSorted()).toEqual(
      [...Object.keys(CHANGES), ...ELSEWHERE, ...OF_OPTIMIZERS].toSorted(),
    );
  });

  it.each(Object.keys(RECIPES))('change nothing in the recipe %s by itself', (recipe) => {
    expect(recorded({ recipe }).changed).toEqual([]);
  });

  it('are all that decide the result, and nothing of this machine', () => {
    const here = { data: 'somewhere', device: 'cpu', threads: 2, checkpointEvery: 5, models: 'v0' };
    expect(recorded({ recipe: 'lab', ...here })).toEqual({
      settings: {
        ...{ epochs: 3, batchSize: 32, optimizer: 'sgd', learningRate: 0.1, momentum: 0, weightDecay: 0 },
        ...{ averaging: 0, schedule: 'constant', augmentation: 'none', seed: 42, labelSmoothing: 0 },
        ...{ select: 'last', heldOut: 0, balance: false, calibration: true },
      },
      changed: [],
    });
  });

  it.each(Object.entries(CHANGES))('say that %s was changed', (name, value) => {
    const { settings, changed } = recorded({ recipe: 'lab', [name]: value });
    expect(settings).toHaveProperty(name, value);
    expect(changed).toEqual([name]);
  });

  it('say that the optimizer was changed', () => {
    const { settings, changed } = recorded({ recipe: 'lab', optimizer: 'adam', beta1: 0.5 });
    expect(settings).toMatchObject({
      optimizer: 'adam',
      learningRate: 0.001,
      beta1: 0.5,
      beta2: 0.999,
      epsilon: 1e-8,
    });
    expect(changed).toEqual(
      expect.arrayContaining(['optimizer', 'learningRate', 'momentum', 'beta1', 'beta2', 'epsilon']),
    );
    expect(recorded({ recipe: 'edge', beta2: 0.99 }).changed).toEqual(['beta2']);
  });

  it('say that the network is another one, which the ONNX file has', () => {
    const network = {
      name: 'own',
      modules: { all: [{ kind: 'flatten' }, { kind: 'linear', outFeatures: 10 }] },
    };
    const { settings, changed } = recorded({ recipe: 'lab', network });
    expect(settings).not.toHaveProperty('network');
    expect(changed).toEqual(['network']);
  });
});
