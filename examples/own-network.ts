/**
 * @file Trains a network of its own layers on images in arrays, evaluates it, saves its weights, and publishes it:
 * `npx node examples/own-network.ts runs/discs http://localhost:8787` while `npm start` runs. The Worker then classifies pictures with it under
 * /v1/models/discs/classify. In a project that has installed the package, import from 'tinyvgg-train'.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  adam,
  conv2d,
  evaluate,
  exportRelease,
  flatten,
  fromSafetensors,
  linear,
  maxPool2d,
  openEngine,
  openLocalStore,
  predict,
  push,
  relu,
  resolveNetwork,
  type Split,
  toSafetensors,
  train,
  writeRelease,
} from '../train/index.ts';

const [folder = 'runs/discs', origin] = process.argv.slice(2);
const classes = ['disc', 'ring'];
const SIZE = 24;

/** Draws images [count, 3, 24, 24]: a disc or a ring in any colour, at any place, on black. */
function draw(count: number, seed: number): Split {
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const images = new Uint8Array(count * 3 * SIZE * SIZE);
  const labels = Uint16Array.from({ length: count }, (_, i) => i % classes.length);
  for (const [i, label] of labels.entries()) {
    const [radius, x, y] = [6 + 4 * random(), 11 + 2 * random(), 11 + 2 * random()];
    for (let channel = 0; channel < 3; channel++) {
      const value = 100 + 155 * random();
      for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
        const distance = Math.hypot((pixel % SIZE) - x, Math.floor(pixel / SIZE) - y);
        const isInside = distance <= radius && (label === 0 || distance > radius / 2);
        if (isInside) images[(3 * i + channel) * SIZE * SIZE + pixel] = value;
      }
    }
  }
  return { count, images, labels };
}

const network = resolveNetwork({
  name: 'discs',
  input: [3, SIZE, SIZE],
  modules: {
    features: [
      conv2d(3, 6, 5, { stride: 2, padding: 2 }), // [6, 12, 12]
      relu(),
      maxPool2d(2), //                               [6, 6, 6]
      conv2d(6, 8, 3), //                            [8, 4, 4]
      relu(),
    ],
    classifier: [flatten(), linear(8 * 4 * 4, classes.length)],
  },
});
const engine = await openEngine('auto', { log: console.log });
const data = { train: draw(600, 1), test: draw(200, 2) };
const job = { network, data, engine, optimizer: adam(0.003), epochs: 4, batchSize: 20, seed: 42 };
const trained = await train(job);

const { accuracy, confusion } = await evaluate(trained, data.test, { engine });
console.log(`Accuracy: ${(100 * accuracy).toFixed(1)} %, confusion ${JSON.stringify(confusion)}`);
const [[best]] = await predict(trained, draw(1, 3).images, { engine, labels: classes });
console.log(`The first image: ${best?.label} (${best?.score.toFixed(3)})`);

await mkdir(folder, { recursive: true });
const path = join(folder, 'weights.safetensors');
await writeFile(path, toSafetensors(trained));
const weights = fromSafetensors(await readFile(path), network);
const again = await evaluate({ network, weights }, data.test, { engine });
console.log(`Accuracy of the saved weights: ${(100 * again.accuracy).toFixed(1)} %`);

const release = await exportRelease(trained, { job, classes });
console.log(`Release: ${await writeRelease(folder, release)}`);
if (origin !== undefined) {
  const { version } = await push(openLocalStore(origin), release, { reason: 'example' });
  console.log(`Pushed ${release.manifest.name} ${version}`);
}
