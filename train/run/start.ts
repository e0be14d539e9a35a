/** @file The weights that training starts from: drawn, or those of a release. */
import { isDeepStrictEqual } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import type { Network, Weights } from '#shared/model/spec.ts';
import type { Dataset } from '../dataset/split.ts';
import { list } from '../format.ts';
import {
  requireSameConvolutions,
  requireSameLayers,
  transferAll,
  transferConvolutions,
} from '../model/transfer.ts';
import type { Sources } from '../release/source.ts';

/** The releases that a training can start from. */
type Starts = Pick<Sources, 'weights' | 'pretrained'>;

/** @throws ExplainedError of kind `usage` when a network cannot start from the release that the settings name */
export function requireStart(
  networks: readonly Network[],
  { weights, pretrained }: Starts,
  { classes }: Pick<Dataset, 'classes'>,
): void {
  for (const network of networks) {
    if (weights) requireSameLayers(network, weights);
    if (pretrained) requireSameConvolutions(network, pretrained);
  }
  if (!weights || isDeepStrictEqual(weights.manifest.labels, [...classes])) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot start from all weights of the release ${weights.name}`,
    expected: `the labels of the data in their order, ${list(classes)}`,
    got: list(weights.manifest.labels),
    next: 'Use --pretrained, which takes the convolutions alone.',
  });
}

/** Returns the weights before the first step. @param drawn the weights of a training from the start */
export function startOf(network: Network, drawn: Weights, { weights, pretrained }: Starts): Weights {
  if (weights) return transferAll(network, weights);
  return pretrained ? transferConvolutions(network, drawn, pretrained) : drawn;
}

/** Describes the start in a line; undefined when all weights are drawn. */
export function startLine({ weights, pretrained }: Starts): string | undefined {
  if (weights) return `Starting from all weights of ${weights.name} ${weights.version}.`;
  return pretrained && `Starting from the convolutions of ${pretrained.name} ${pretrained.version}.`;
}
