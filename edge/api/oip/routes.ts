/** @file The Open Inference Protocol, version 2. What the specification leaves open is said where it is decided. */
import type { Context } from 'hono';
import { checkGolden } from '#shared/inference/model.ts';
import type { Manifest } from '#shared/manifest.ts';
import type { AppEnv } from '../../env.ts';
import { toProblem } from '../../problem.ts';
import { newRoutes } from '../../routes.ts';
import { NAME, VERSION } from '../../service.ts';
import type { Serving, Wanted } from '../../serving.ts';
import { infer } from './infer.ts';
import { readMessage } from './message.ts';
import type { ModelMetadata } from './responses.ts';

export function oipRoutes(serving: Serving) {
  /** Not ready is 503, which the specification leaves open; `ready` is what KServe says where its text has `live`. */
  async function isReady(c: Context<AppEnv>, wanted?: Wanted): Promise<boolean> {
    try {
      await checkGolden(await serving(c, wanted));
      return true;
    } catch (error) {
      const problem = toProblem(error).type;
      if (problem !== 'model-unavailable') throw error;
      Object.assign(c.var.record, { problem, error });
      return false;
    }
  }
  async function serverReady(c: Context<AppEnv>) {
    const ready = await isReady(c);
    return c.json({ ready }, ready ? 200 : 503);
  }
  async function modelReady(c: Context<AppEnv>, wanted: { name: string; version?: string }) {
    const ready = await isReady(c, wanted);
    return c.json({ name: wanted.name, ready }, ready ? 200 : 503);
  }

  return newRoutes()
    .get('/', (c) => c.json({ name: NAME, version: VERSION, extensions: ['binary_tensor_data'] }))
    .get('/health/live', (c) => c.json({ live: true }))
    .get('/health/ready', serverReady)
    .get('/models/:name', async (c) => c.json(metadataOf(await serving(c, c.req.param()))))
    .get('/models/:name/ready', (c) => modelReady(c, c.req.param()))
    .post('/models/:name/infer', async (c) =>
      infer(c, await readMessage(c.req.raw, c.var.record), await serving(c, c.req.param())),
    )
    .get('/models/:name/versions/:version', async (c) => c.json(metadataOf(await serving(c, c.req.param()))))
    .get('/models/:name/versions/:version/ready', (c) => modelReady(c, c.req.param()))
    .post('/models/:name/versions/:version/infer', async (c) =>
      infer(c, await readMessage(c.req.raw, c.var.record), await serving(c, c.req.param())),
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

/** A size with a name may be any number, which the protocol writes as -1. */
function tensorMetadata({ name, shape }: Manifest['input']): ModelMetadata['inputs'][number] {
  return { name, datatype: 'FP32', shape: shape.map((size) => (typeof size === 'string' ? -1 : size)) };
}
