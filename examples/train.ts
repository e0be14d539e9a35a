/**
 * @file Trains a custom network and exports it as ONNX. Run it with `npx node examples/train.ts my-network.onnx`. In a project that has
 * installed the package, import from 'tinyvgg-train'.
 */
import { writeFile } from 'node:fs/promises';
import {
  adam,
  conv2d,
  exportOnnx,
  flatten,
  linear,
  loadDataset,
  maxPool2d,
  openEngine,
  relu,
  resolveNetwork,
  take,
  train,
} from '../train/index.ts';

const dataset = await loadDataset();
const network = resolveNetwork({
  name: 'strided',
  input: [1, 28, 28],
  modules: {
    features: [
      conv2d(1, 8, 5, { stride: 2, padding: 2 }), // [8, 14, 14]
      relu(),
      maxPool2d(2), //                               [8, 7, 7]
    ],
    classifier: [flatten(), linear(8 * 7 * 7, 10)],
  },
});
const trained = await train(
  {
    network,
    data: { train: take(dataset.train, 10_000), test: dataset.test },
    engine: await openEngine('auto', { log: console.log }),
    optimizer: adam(),
    epochs: 2,
    batchSize: 32,
    seed: 42,
  },
  {
    onEvent(event) {
      if (event.type === 'epoch-end' && event.testAccuracy !== undefined)
        console.log(`Epoch ${event.epoch}: ${(100 * event.testAccuracy).toFixed(2)} %`);
    },
  },
);
await writeFile(
  process.argv[2] ?? 'my-network.onnx',
  exportOnnx(network, trained.weights, { labels: dataset.classes }),
);
