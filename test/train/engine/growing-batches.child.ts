/** @file Opens sessions of the cpu engine with three threads one after the other, whose batches become larger: the memory grows between them. */
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { cpuEngine } from '../../../train/engine/cpu/cpu.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { randomBatch } from './random-batch.ts';

const network = resolveNetwork(modelSpec('tinyvgg'));
const weights = initialWeights(network, Generator.seeded(1));
const noise = Generator.seeded(2);
const engine = await cpuEngine({ threads: 3 });
for (let opened = 0; opened < 20; opened++) {
  const session = await engine.open(network, weights, sgd(0.01));
  for (const images of [8, 16, 24, 32, 64, 96, 128]) session.step(randomBatch(network, images, noise));
  session.close();
}
// A session that is closed at once leaves no thread behind that would run on.
(await engine.open(network, weights, sgd(0.01))).close();
