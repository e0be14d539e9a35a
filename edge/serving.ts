/** @file Which model answers a request: the one place where a request's wishes are looked at. */
import type { Context } from 'hono';
import type { AppEnv } from './env.ts';
import { HttpProblem } from './problem.ts';
import type { Wanted as Pinned, Registry } from './registry/registry.ts';
import type { ServedModel } from './registry/served-model.ts';
import { waiting } from './telemetry/request.ts';

/** What a request asks for; what it leaves open, the default alias decides. */
export interface Wanted extends Pinned {
  name?: string | undefined;
}

/** @throws HttpProblem `unknown-model`, `unknown-alias` or `unknown-version`; ExplainedError when no model serves */
export type Serving = (c: Context<AppEnv>, wanted?: Wanted) => Promise<ServedModel>;

export function servingFrom(registry: Registry): Serving {
  return async (c, { name = registry.name, ...pinned } = {}) => {
    if (name !== registry.name) {
      throw new HttpProblem('unknown-model', 'GET /v1/models lists what is served.');
    }
    const { record } = c.var;
    const model = await waiting(record, 'store', () => registry.model(c.env.MODELS, pinned));
    if (model) {
      record.model = model;
      return model;
    }
    if (pinned.version === undefined) throw new HttpProblem('unknown-alias', 'Push or promote to it first.');
    throw new HttpProblem('unknown-version', 'A version is the SHA-256 of an ONNX file that was pushed.');
  };
}
