/** @file The training key: what changes it and what does not. */
import { describe, expect, it } from 'vitest';
import { trainingInputs, trainingKey } from '../../../train/jobs/training-key.ts';
import { settingsOf } from '../../../train/run/settings.ts';

const DATA = { 'train-images': 'a', 'train-labels': 'b' };
const key = (
  config: object,
  data: Record<string, string> = DATA,
  code = 'c',
  sources: { pretrained?: { version: string }; teacher?: { version: string } } = {},
) => trainingKey(trainingInputs(settingsOf(config, 'test'), 'tinyvgg', data, code, sources));

describe('trainingKey', () => {
  it('is the key that trainings of the lab have had, also for settings that are newer', async () => {
    expect(await key({})).toBe('87a0cf41f2c81d634ff7e73fdcb446092e9f07a457a6acb0f1af0c3ccf423c21');
  });

  it.each([
    [{ seed: 43 }],
    [{ epochs: 4 }],
    [{ batchSize: 64 }],
    [{ optimizer: 'adam' }],
    [{ learningRate: 0.2 }],
    [{ momentum: 0.9 }],
    [{ weightDecay: 0.1 }],
    [{ schedule: 'cosine' }],
    [{ hiddenUnits: 8 }],
    [{ initialization: 'he' }],
    [{ labelSmoothing: 0.1 }],
    [{ averaging: 0.9 }],
    [{ select: 'best' }],
    [{ augmentation: 'photo-2' }],
    [{ heldOut: 5000 }],
    [{ limit: 640 }],
    [{ calibration: false }],
    [{ kernels: 'simd' }],
    [{ device: 'reference' }],
  ])('changes with %j', async (change) => {
    expect(await key(change)).not.toBe(await key({}));
  });

  it.each([
    [{ threads: 3 }],
    [{ data: '/elsewhere' }],
    [{ out: 'elsewhere' }],
    [{ checkpointEvery: 0 }],
    [{ pretrained: '/elsewhere' }],
    [{ teacher: '/elsewhere' }],
    [{ seed: 42, recipe: 'lab' }],
  ])('stays the same with %j', async (same) => {
    expect(await key(same)).toBe(await key({}));
  });

  it('changes with the order of a network’s modules', async () => {
    const [a, b] = [[{ kind: 'flatten' }], [{ kind: 'relu' }]];
    const keyOf = (modules: object) => key({ network: { name: 'own', modules } });
    expect(await keyOf({ a, b })).not.toBe(await keyOf({ b, a }));
    expect(await keyOf({ a, b })).toBe(await keyOf({ a, b }));
  });

  it('changes with the data, the code and the releases that training uses, but not with the order of keys', async () => {
    expect(await key({}, { ...DATA, 'train-labels': 'x' })).not.toBe(await key({}));
    expect(await key({}, DATA, 'd')).not.toBe(await key({}));
    const version = 'v';
    const [start, learn] = [{ pretrained: { version } }, { teacher: { version } }];
    const keys = [{}, start, learn, { ...start, ...learn }].map((sources) => key({}, DATA, 'c', sources));
    expect(new Set(await Promise.all(keys)).size).toBe(4);
    expect(await key({}, Object.fromEntries(Object.entries(DATA).reverse()))).toBe(await key({}));
  });
});
