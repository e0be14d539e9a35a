/** @file Routes of /v2, the Open Inference Protocol, version 2. Comments mark what the specification leaves open. */
import type { Context } from 'hono';
import type { Classifier } from '#shared/inference/engine.ts';
import { checkGolden } from '#shared/inference/model.ts';
import type { Manifest } from '#shared/manifest.ts';
import type { Access } from '../../access/access.ts';
import { readBody } from '../../http/body.ts';
import type { AppEnv } from '../../http/env.ts';
import { toProblem } from '../../http/problem.ts';
import { createRouter } from '../../http/router.ts';
import { noParameters, onlySiteKey } from '../../http/validate.ts';
import { ownTurn } from '../../inference/own-turn.ts';
import type { SelectManifest, SelectModel } from '../../inference/select-model.ts';
import { createQueue } from '../../queue.ts';
import type { ModelSelector } from '../../registry/registry.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import { NAME, VERSION } from '../../version.ts';
import { infer } from './infer.ts';
import type { ModelMetadata } from './responses.ts';

export interface OipDependencies {
  selectModel: SelectModel;
  selectManifest: SelectManifest;
  access: Access;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Time for which the golden vectors of a model prove it. Only those of the default model are computed at every request. */
const PROOF_MS = 30_000;

export function oipRoutes({ selectModel, selectManifest, access, now }: OipDependencies) {
  const oneByOne = createQueue();
  /** Times at which models have passed their golden vectors last. */
  const proofs = new WeakMap<Classifier, number>();

  async function prove(model: ServedModel): Promise<void> {
    if (now() - (proofs.get(model.classifier) ?? Number.NEGATIVE_INFINITY) < PROOF_MS) return;
    await checkGolden(model, ownTurn);
    proofs.set(model.classifier, now());
  }

  /** The specification leaves the status of "not ready" open; it is 503 here. */
  async function isReady(c: Context<AppEnv>, selector?: ModelSelector): Promise<boolean> {
    try {
      const model = await selectModel(c, selector);
      const proof = selector ? oneByOne(PROOF_MS, () => prove(model)) : checkGolden(model, ownTurn);
      // Also when the client hangs up, it computes to its end: others wait for its turn.
      c.executionCtx.waitUntil(proof.catch(() => {}));
      await proof;
      return true;
    } catch (error) {
      const problem = toProblem(error).type;
      if (problem !== 'model-unavailable') throw error;
      Object.assign(c.var.record, { problem, error });
      return false;
    }
  }
  // The specification writes `live` for the server's readiness. KServe writes `ready`.
  async function serverReady(c: Context<AppEnv>) {
    const ready = await isReady(c);
    return c.json({ ready }, ready ? 200 : 503);
  }
  async function modelReady(c: Context<AppEnv>, model: { name: string; version?: string }) {
    const ready = await isReady(c, model);
    return c.json({ name: model.name, ready }, ready ? 200 : 503);
  }

  return createRouter()
    .get('/', (c) => c.json({ name: NAME, version: VERSION, extensions: ['binary_tensor_data'] }))
    .get('/health/live', (c) => c.json({ live: true }))
    .get('/health/ready', serverReady)
    .get('/models/:name', noParameters, access.limitModels, async (c) =>
      c.json(metadataOf(await selectManifest(c, c.req.param()))),
    )
    .get('/models/:name/ready', noParameters, access.limitModels, access.limitNetwork, (c) =>
      modelReady(c, c.req.param()),
    )
    .post('/models/:name/infer', access.requireCaller, onlySiteKey, async (c) =>
      infer(c, await readBody(c.req.raw, c.var.record), await selectModel(c, c.req.param())),
    )
    .get('/models/:name/versions/:version', noParameters, access.limitModels, async (c) =>
      c.json(metadataOf(await selectManifest(c, c.req.param()))),
    )
    .get(
      '/models/:name/versions/:version/ready',
      noParameters,
      access.limitModels,
      access.limitNetwork,
      (c) => modelReady(c, c.req.param()),
    )
    .post('/models/:name/versions/:version/infer', access.requireCaller, onlySiteKey, async (c) =>
      infer(c, await readBody(c.req.raw, c.var.record), await selectModel(c, c.req.param())),
    );
}

function metadataOf({ manifest: { name, version, input, output } }: { manifest: Manifest }): ModelMetadata {
  return {
    name,
    versions: [version],
    platform: 'onnx_onnxv1',
    inputs: [tensorMetadata(input)],
    outputs: [tensorMetadata(output)],
  };
}

/** Named dimensions have any size, which the protocol writes as -1. */
function tensorMetadata({ name, shape }: Manifest['input']): ModelMetadata['inputs'][number] {
  return { name, datatype: 'FP32', shape: shape.map((size) => (typeof size === 'string' ? -1 : size)) };
}
