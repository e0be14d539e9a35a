/** @file Releases of untrained models with TinyVGG's architecture, and images for them. */
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { DESCRIPTION } from '../../../train/dataset/fashion-mnist/description.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { makeRelease } from '../../../train/release/make-release.ts';
import type { Release } from '../../../train/release/release.ts';

/** Returns images of noise with a black border, which the photo pipeline leaves unchanged. Shape [count, 28, 28]. */
export function noiseImages(count: number): Uint8Array {
  const noise = Generator.seeded(7);
  const isInside = (place: number) => place >= 4 && place < 24;
  return Uint8Array.from({ length: count * 784 }, (_, i) =>
    isInside(i % 28) && isInside(Math.floor((i % 784) / 28)) ? noise.random() & 0xff : 0,
  );
}

/** Returns `count` different releases, exported and checked as after training. */
export async function untrainedReleases(count: number): Promise<Release[]> {
  const network = resolveNetwork(modelSpec('tinyvgg'));
  const engine = await openEngine('cpu', { threads: 1 });
  const releases: Release[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const weights = initialWeights(network, Generator.seeded(seed));
    const epoch = { trainLoss: 1, testLoss: 1, labAccuracy: 10, testAccuracy: 0.1 };
    const trained = { network, weights, epochs: [epoch], chosen: 0, confusion: [], seconds: 0 };
    const training = { recipe: 'none', seed, epochs: 1, images: 1, dataset: {}, gitCommit: null };
    releases.push(
      await makeRelease(trained, {
        engine,
        name: network.name,
        dataset: DESCRIPTION,
        training,
        images: noiseImages(32),
        calibration: undefined,
      }),
    );
  }
  return releases;
}
