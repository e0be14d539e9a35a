/** @file The model that serves a request. */
import type { LoadedModel } from '#shared/inference/model.ts';

/** A model that need not be loaded. */
export interface SelectedModel extends Pick<LoadedModel, 'manifest'>, Partial<Pick<LoadedModel, 'engine'>> {
  /** The alias that selected the model, or `bundled`; null when the request selected a version. */
  readonly alias: string | null;
}

export interface ServedModel extends LoadedModel, Pick<SelectedModel, 'alias'> {}

/** Name, version and alias of a model, as responses contain them. */
export function modelInfo({ manifest: { name, version }, alias }: SelectedModel) {
  return { name, version, alias };
}
