/** @file The model that serves a request. */
import type { LoadedModel } from '#shared/inference/model.ts';

export interface ServedModel extends LoadedModel {
  /** The alias that selected the model, or `bundled`; null when the request selected a version. */
  readonly alias: string | null;
}

/** Name, version and alias of a model, as responses contain them. */
export function modelInfo({ manifest: { name, version }, alias }: ServedModel) {
  return { name, version, alias };
}
