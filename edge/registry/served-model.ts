/** @file The model that answers a request. */
import type { LoadedModel } from '#shared/inference/model.ts';

export interface ServedModel extends LoadedModel {
  /** The alias that selected the model, or `bundled`; null when the request named a version. */
  readonly alias: string | null;
}
