/** @file The trainer, and the lab's numbers. */
import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import type { BatchPosition } from '../../../train/dataset/batch.ts';
import { Loader } from '../../../train/dataset/loader.ts';
import type { Engine, EngineSession } from '../../../train/engine/engine.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { type LabModelName, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { RECIPES } from '../../../train/run/recipes.ts';
import { Divergence } from '../../../train/training/checks.ts';
import type { EpochMetrics } from '../../../train/training/epoch-metrics.ts';
import { evaluate } from '../../../train/training/evaluate.ts';
import type { TrainingEvent } from '../../../train/training/events.ts';
import type { Job } from '../../../train/training/job.ts';
import type { Reporter } from '../../../train/training/reporter.ts';
import { SCHEDULES } from '../../../train/training/schedule.ts';
import type { TrainingState } from '../../../train/training/state.ts';
import { train } from '../../../train/training/trainer.ts';
import { easyData } from '../../fixtures/easy.ts';
import { LAB_LINES } from '../../fixtures/pytorch.ts';
import { describeWithData } from '../../support/data.ts';

const { lab } = RECIPES;

describe('train', () => {
  const job = {
    network: resolveNetwork(modelSpec('v1')),
    data: easyData(500),
    engine: referenceEngine(),
    optimizer: sgd(0.1),
    epochs: 4,
    batchSize: 32,
    seed: 1,
  };

  it('learns, and emits its events in order', async () => {
    const events: TrainingEvent[] = [];
    const { epochs, confusion } = await train(job, { onEvent: (event) => events.push(event) });
    expect(epochs.at(-1)?.trainLoss).toBeLessThan((epochs[0]?.trainLoss ?? 0) / 2);
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(250);
    const types = events.map(({ type }) => type).join(' ');
    expect(types).toMatch(/^(epoch-start( progress)+ epoch-end ?){4}$/);
    const lastProgress = events.findLast((event) => event.type === 'progress');
    expect(lastProgress).toMatchObject({ epoch: 3, batch: 16, seen: 500, total: 500 });
  });

  it('tells an augmentation where each batch is in the training', async () => {
    const positions: BatchPosition[] = [];
    await train({ ...job, batchSize: 250, augment: (_, position) => positions.push(position) });
    expect(positions).toEqual(
      [0, 1, 2, 3].flatMap((epoch) => [0, 250].map((first) => ({ epoch, progress: epoch / 4, first }))),
    );
  });

  it('reaches the same weights with the same seed, and others with another seed', async () => {
    const [one, again, other] = [await train(job), await train(job), await train({ ...job, seed: 2 })];
    expect(again.weights).toEqual(one.weights);
    expect(other.weights).not.toEqual(one.weights);
  });

  /** As the network learns `easyData`, it gets worse on these labels: the best epoch is an early one. */
  const validation = (() => {
    const { test } = easyData(100);
    return { ...test, labels: test.labels.map((label) => (label + 1) % 10) };
  })();

  it.each([
    ['the weights', sgd(0.1)],
    ['the average of the weights', sgd(0.1, { averaging: 0.9 })],
  ])('returns %s of the epoch that is best on the validation images', async (_, optimizer) => {
    const data = { ...job.data, validation };
    const { epochs, chosen, weights, confusion } = await train({
      ...job,
      optimizer,
      data,
      select: 'best',
      epochs: 6,
    });
    const accuracies = epochs.map(({ validationAccuracy = 0 }) => validationAccuracy);
    expect(accuracies[chosen]).toBe(Math.max(...accuracies));
    expect(chosen).toBeLessThan(5);
    const [first, ...others] = await Promise.all(
      [validation, job.data.test].map(async (split) => {
        const session = await job.engine.open(job.network, weights, sgd(0));
        const loader = new Loader(split, { batchSize: 32, shuffle: false, generator: Generator.seeded(0) });
        return evaluate((images, count) => session.logits(images, count), loader, 10);
      }),
    );
    expect(first.loss).toBe(epochs[chosen].validationLoss);
    expect(others[0].loss).toBe(epochs[chosen].testLoss);
    expect(others[0].confusion).toEqual(confusion);
  });

  it('draws the same images with and without validation images', async () => {
    const losses = async (data: Job['data']) =>
      (await train({ ...job, data })).epochs.map((e) => e.trainLoss);
    expect(await losses({ ...job.data, validation })).toEqual(await losses(job.data));
  });

  it('evaluates the test images once where epochs are compared on validation images', async () => {
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => events.push(event);
    const trained = await train({ ...job, data: { ...job.data, validation } }, { onEvent });
    const [last, ...others] = trained.epochs.toReversed();
    for (const epoch of others) expect(Object.keys(epoch)).not.toContain('testLoss');
    const plain = await train(job);
    expect(last).toMatchObject({ ...plain.epochs.at(-1), validationLoss: expect.any(Number) });
    expect(trained.confusion).toEqual(plain.confusion);
    const { testLoss, testAccuracy } = last;
    expect(events.filter(({ type }) => type === 'test')).toMatchObject([
      { epoch: 3, testLoss, testAccuracy },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'test', step: 4 * 16 });
  });

  it('keeps the best epoch in its checkpoints, from the last of which it can be taken later', async () => {
    const data = { ...job.data, validation };
    const kinds: { best: boolean }[] = [];
    let from: TrainingState | undefined;
    const checkpoint = async (state: TrainingState, kind: { best: boolean }) => {
      if (state.position.batch > 0) return;
      kinds.push(kind);
      from = state;
    };
    await train({ ...job, data }, { checkpoint });
    const best = await train({ ...job, data, select: 'best' });
    const later = await train({ ...job, data, select: 'best' }, { from });
    expect({ ...later, seconds: 0 }).toEqual({ ...best, seconds: 0 });
    expect(kinds.findLastIndex((kind) => kind.best)).toBe(best.chosen);
  });

  it('has no best epoch without validation images: none is chosen on the test images', async () => {
    const kinds: boolean[] = [];
    await train(job, {
      checkpoint: async ({ choice }, { best }) => void kinds.push(best || choice !== undefined),
    });
    expect(kinds).toEqual([false, false, false, false]);
  });

  it('refuses to take the best epoch without validation images, or from a checkpoint without one', async () => {
    const usage = { kind: 'usage', message: expect.stringContaining('cannot take the best epoch') };
    await expect(train({ ...job, select: 'best' })).rejects.toMatchObject(usage);
    let from: TrainingState | undefined;
    const checkpoint = async (state: TrainingState) => {
      from = { ...state, choice: undefined };
    };
    const data = { ...job.data, validation };
    await train({ ...job, data }, { checkpoint });
    await expect(train({ ...job, data, select: 'best' }, { from })).rejects.toMatchObject(usage);
  });

  it('trains on from its last checkpoint for more epochs, to the weights of a longer training', async () => {
    let from: TrainingState | undefined;
    const checkpoint = async (state: TrainingState) => {
      from = state;
    };
    await train({ ...job, epochs: 2 }, { checkpoint });
    const longer = await train(job, { from });
    expect({ ...longer, seconds: 0 }).toEqual({ ...(await train(job)), seconds: 0 });
  });

  it('passes settings, metrics and its end to a reporter', async () => {
    const calls: unknown[] = [];
    const reporter: Reporter = {
      settings: (values) => calls.push(values),
      scalars: (step, values) => calls.push([step, Object.keys(values)]),
      end: async (outcome) => void calls.push(outcome),
    };
    const short = { ...job, epochs: 1, schedule: 'cosine' } as const;
    await train({ ...short, data: { ...job.data, validation } }, { reporter });
    expect(calls).toEqual([
      expect.objectContaining({
        ...{ model: 'v1', parameters: 7960, engine: 'reference', trainingImages: 500, optimizer: 'sgd' },
        ...{
          learningRate: 0.1,
          momentum: 0,
          epochs: 1,
          batchSize: 32,
          seed: 1,
          schedule: 'cosine',
          select: 'last',
        },
      }),
      [16, ['loss/steps', 'learning-rate']],
      [16, ['loss/train', 'loss/validation', 'accuracy/validation']],
      [16, ['loss/test', 'accuracy/test']],
      'finished',
    ]);
    calls.length = 0;
    await expect(train({ ...short, optimizer: sgd(1e30) }, { reporter })).rejects.toThrow();
    expect(calls.at(-1)).toBe('diverged');
  });

  it('reports the learning rate of the last step', async () => {
    const rates: number[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.type === 'progress') rates.push(event.learningRate);
    };
    await train({ ...job, epochs: 2, schedule: 'cosine' }, { onEvent });
    expect(rates).toEqual([15, 31].map((step) => 0.1 * SCHEDULES.cosine(step / 32)));
  });

  it('ends when the epochs of its patience were not better', async () => {
    const data = { ...job.data, validation };
    const { epochs, chosen } = await train({ ...job, data, select: 'best', epochs: 30, patience: 3 });
    expect(epochs.length).toBe(chosen + 1 + 3);
    const whole = await train({ ...job, data, epochs: chosen + 1 + 3 });
    const onValidation = (all: EpochMetrics[]) =>
      all.map(({ trainLoss, validationLoss, validationAccuracy }) => [
        trainLoss,
        validationLoss,
        validationAccuracy,
      ]);
    expect(onValidation(epochs)).toEqual(onValidation(whole.epochs));
  });

  it('throws at a loss that is not finite, and closes the session', async () => {
    let closed = false;
    const engine: Engine = {
      ...job.engine,
      open: async (...args) => {
        const session: EngineSession = await job.engine.open(...args);
        const close = () => {
          closed = true;
        };
        return Object.assign(session, { close });
      },
    };
    const saved: TrainingState[] = [];
    const checkpoint = async (state: TrainingState) => {
      saved.push(state);
    };
    const options = { checkpoint, checkpointEvery: 0 };
    await expect(train({ ...job, engine, optimizer: sgd(1e30) }, options)).rejects.toMatchObject({
      kind: 'divergence',
      message: expect.stringMatching(/diverged: epoch 0.*finite loss.*smaller learning rate/s),
    });
    expect(closed).toBe(true);
    const diverged = await train({ ...job, engine, optimizer: sgd(1e30) }).catch((error) => error);
    expect(diverged).toBeInstanceOf(Divergence);
    expect(diverged).toMatchObject({ epoch: 0, step: expect.any(Number) });
    // The loss of the step after the last checkpoint.
    expect(diverged.step).toBe((saved.at(-1)?.optimizer.steps ?? Number.NaN) + 1);
    // The weights after the first steps were large but finite. No checkpoint has others.
    for (const { weights } of saved)
      for (const values of weights.values()) expect(values.every(Number.isFinite)).toBe(true);
  });
});

describeWithData('the lab', (data) => {
  /** Returns the lines that the lab prints, one for each epoch. */
  async function linesOf(device: string, name: LabModelName, epochs = lab.epochs) {
    const network = resolveNetwork(modelSpec(name));
    const trained = await train({ ...lab, network, data: data(), engine: await openEngine(device), epochs });
    return trained.epochs.map(({ trainLoss, testLoss = Number.NaN, labAccuracy = Number.NaN }) => ({
      trainLoss: Number(trainLoss.toFixed(5)),
      testLoss: Number(testLoss.toFixed(5)),
      labAccuracy: Number(labAccuracy.toFixed(2)),
    }));
  }

  it.each(Object.keys(LAB_LINES) as LabModelName[])(
    'prints every line of %s to five decimals with --device cpu',
    async (name) => {
      expect(await linesOf('cpu', name)).toEqual(LAB_LINES[name]);
    },
  );

  // The slow engines train one epoch of v1, which has the layers of v0. A later epoch takes the same steps.
  it.each(['reference', 'tfjs'])(
    'prints the first line of v1 to five decimals with --device %s',
    { tags: ['slow'] },
    async (device) => {
      expect(await linesOf(device, 'v1', 1)).toEqual(LAB_LINES.v1?.slice(0, 1));
    },
  );

  it('reaches 87.3 to 89 % with tinyvgg, the range of PyTorch on different platforms', {
    tags: ['slow'],
  }, async () => {
    const network = resolveNetwork(modelSpec('tinyvgg'));
    const { epochs } = await train({ ...lab, network, data: data(), engine: await openEngine('cpu') });
    const accuracy = epochs.at(-1)?.testAccuracy;
    expect(accuracy).toBeGreaterThan(0.873);
    expect(accuracy).toBeLessThan(0.89);
  });
});
