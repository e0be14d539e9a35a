/** @file Selects the model that serves a request. */
import type { Context } from 'hono';
import { requireModel } from '../access/allowed-models.ts';
import type { AppEnv } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import { recordWait } from '../http/record.ts';
import type { ModelSelector, Registry } from '../registry/registry.ts';
import type { ServedModel } from '../registry/served-model.ts';

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
  return async (c, selector = {}) => {
    const { record } = c.var;
    requireModel(record.caller, selector.name ?? registry.name);
    const isDefault =
      [registry.name, undefined].includes(selector.name) && !selector.alias && !selector.version;
    const model = await recordWait(
      record,
      'store',
      () => (isDefault && c.var.preloaded) || registry.model(c.env.MODELS, selector),
    );
    if (model) {
      record.model = model;
      return model;
    }
    const { name = registry.name, alias, version } = selector;
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
  };
}
