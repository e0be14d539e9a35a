/** @file Selects the model that serves a request. */
import type { Context } from 'hono';
import { requireModel } from '../access/allowed-models.ts';
import type { AppEnv } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import { recordWait } from '../http/record.ts';
import type { ModelSelector, Registry } from '../registry/registry.ts';
import type { SelectedModel, ServedModel } from '../registry/served-model.ts';

/**
 * Returns the selected model and records it.
 * @throws HttpProblem `model-not-allowed`, `unknown-model`, `unknown-alias` or `unknown-version`
 * @throws ExplainedError when no model can serve
 */
export type SelectModel = (c: Context<AppEnv>, selector?: ModelSelector) => Promise<ServedModel>;

/** Starts to load the default model, if it is not loaded. `SelectModel` then waits for it. */
export function preloadModel(c: Context<AppEnv>, registry: Registry): void {
  if (registry.current || c.var.preloaded) return;
  const loading = registry.model(c.env.MODELS);
  c.set('preloaded', loading);
  // Of a request that is refused, the model loads to its end.
  c.executionCtx.waitUntil(loading.catch(() => {}));
}

export function createSelectModel(registry: Registry): SelectModel {
  return (c, selector = {}) =>
    select(c, registry, selector, () => {
      const { name = registry.name, alias, version } = selector;
      const isDefault = name === registry.name && !alias && !version;
      const loading = (isDefault && c.var.preloaded) || registry.model(c.env.MODELS, selector);
      // Also when the client hangs up, the model loads to its end: others wait for its turn.
      c.executionCtx.waitUntil(loading.catch(() => {}));
      return loading;
    });
}

/** Returns the selected model with its manifest alone, and records it. Throws what `SelectModel` throws. */
export type SelectManifest = (c: Context<AppEnv>, selector: ModelSelector) => Promise<SelectedModel>;

export const createSelectManifest =
  (registry: Registry): SelectManifest =>
  (c, selector) =>
    select(c, registry, selector, () => registry.manifest(c.env.MODELS, selector));

async function select<M extends SelectedModel>(
  { var: { record } }: Context<AppEnv>,
  registry: Registry,
  { name = registry.name, alias, version }: ModelSelector,
  find: () => Promise<M | undefined>,
): Promise<M> {
  requireModel(record.caller, name);
  const model = await recordWait(record, 'store', find);
  if (model) {
    record.model = model;
    return model;
  }
  if (version !== undefined) {
    const detail =
      'The object store has no such version of the model. A version is the SHA-256 of a pushed ONNX file.';
    throw new HttpProblem('unknown-version', detail);
  }
  if (name !== registry.name && alias === undefined) {
    const detail = 'The service has no model with this name. GET /v1/models lists the models.';
    throw new HttpProblem('unknown-model', detail);
  }
  const detail =
    'The object store has no alias with this name. Point it at a version with `npm run promote`.';
  throw new HttpProblem('unknown-alias', detail);
}
