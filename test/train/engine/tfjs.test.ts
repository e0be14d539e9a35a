import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { conv2d, flatten, linear, maxPool2d, relu, resolveNetwork } from '../../../shared/model/spec.ts';
import { Loader } from '../../../train/dataset/loader.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { syntheticSplit } from '../../../train/engine/self-test.ts';
import { tfjsEngine } from '../../../train/engine/tfjs/tfjs.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';

const network = resolveNetwork({
  name: 'tiny',
  input: [1, 6, 6],
  modules: { a: [conv2d(1, 2, 3, { padding: 1 }), relu(), maxPool2d(2), flatten(), linear(18, 4)] },
});

it('holds as many tensors after 120 steps as after 20, and none of a closed session', async () => {
  const engine = await tfjsEngine();
  const before = tf.memory().numTensors;
  const optimizer = sgd(0.1, { momentum: 0.9, weightDecay: 0.1 });
  const session = await engine.open(network, initialWeights(network, Generator.seeded(1)), optimizer);
  const loader = new Loader(syntheticSplit(network, 80), {
    batchSize: 4,
    shuffle: true,
    generator: Generator.seeded(1),
  });
  const memory: tf.MemoryInfo[] = [];
  for (let epoch = 0; epoch < 6; epoch++) {
    for (const batch of loader.epoch()) session.step(batch);
    expect((await session.losses()).length).toBe(20);
    await session.logits(loader.split.images, loader.split.count);
    memory.push(tf.memory());
  }
  expect(memory.at(-1)).toEqual(memory[0]);
  session.close();
  expect(tf.memory().numTensors).toBe(before);
});
