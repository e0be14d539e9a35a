/** @file What the network and the photo pipeline found → what is said of an image, the same in the Worker and in a browser. */
import { abstentionOf } from '#shared/abstention.ts';
import type { Manifest } from '#shared/manifest.ts';
import { rankLabels } from '#shared/predictions.ts';
import type { Classified } from '../../classify.ts';
import type { Said } from './answers.ts';
import { explanationOf } from './explanation.ts';

export interface Wishes {
  top_k: number;
  explain: boolean;
}

export async function saidOf(
  { photo, logits }: Classified,
  manifest: Pick<Manifest, 'labels' | 'calibration'>,
  { top_k, explain }: Wishes,
): Promise<Said> {
  const ranked = rankLabels(logits, manifest);
  return {
    predictions: ranked.slice(0, top_k),
    abstained: abstentionOf(photo, ranked) ?? null,
    ...(explain && { explanation: await explanationOf(photo) }),
  };
}
