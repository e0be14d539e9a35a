/** @file Selects the model that serves a request. */
import type { Context } from 'hono';
import type { AppEnv } from '../http/env.ts';
import { HttpProblem } from '../http/problem.ts';
import { recordWait } from '../http/record.ts';
import type { Registry, VersionSelector } from '../registry/registry.ts';
import type { ServedModel } from '../registry/served-model.ts';

/** The model that a request selects. Omitted members default to the only model and the default alias. */
export interface ModelSelector extends VersionSelector {
  name?: string | undefined;
}

/**
 * Returns the selected model and records it.
 * @throws HttpProblem `unknown-model`, `unknown-alias` or `unknown-version`
 * @throws ExplainedError when no model can serve
 */
export type SelectModel = (c: Context<AppEnv>, selector?: ModelSelector) => Promise<ServedModel>;

export function createSelectModel(registry: Registry): SelectModel {
  return async (c, { name = registry.name, ...version } = {}) => {
    if (name !== registry.name) {
      const detail = 'The service has no model with this name. GET /v1/models lists the models.';
      throw new HttpProblem('unknown-model', detail);
    }
    const { record } = c.var;
    const model = await recordWait(record, 'store', () => registry.model(c.env.MODELS, version));
    if (model) {
      record.model = model;
      return model;
    }
    if (version.version === undefined) {
      const detail =
        'The object store has no alias with this name. Point it at a version with `npm run promote`.';
      throw new HttpProblem('unknown-alias', detail);
    }
    const detail = 'The object store has no such version. A version is the SHA-256 of a pushed ONNX file.';
    throw new HttpProblem('unknown-version', detail);
  };
}
