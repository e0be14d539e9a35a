/**
 * @file Tests a deployed version over HTTP: health and golden logits, model metadata, one prediction that is computed locally from the
 * served model, invalid images, keys, pages, and the field with its integrity hash.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { sha256 } from '#shared/digest.ts';
import { Manifest } from '#shared/manifest.ts';
import { Health } from '../../../edge/api/service/responses.ts';
import { openClassifier } from '../../../train/photos/classifier.ts';
import { ROOT } from '../../child-process.ts';
import { type Send, type SmokeResponse, type SmokeTarget, sender, unexpected } from './request.ts';

const PROPAGATION_LIMIT = 30_000;
/** Largest difference between a score of the service and the local score from onnxruntime. The logits differ by less than 1e-5. */
const TOLERANCE = 1e-4;
const IMAGE = 'examples/trouser.png';

interface Context extends SmokeTarget {
  send: Send;
  image: Uint8Array<ArrayBuffer>;
  authorization: Record<string, string>;
}

/**
 * @param log receives a line for each check that passed
 * @throws ExplainedError for the first check that failed
 */
export async function smokeTest(target: SmokeTarget, log: (line: string) => void): Promise<void> {
  const context: Context = {
    ...target,
    send: sender(target),
    image: new Uint8Array(await readFile(join(ROOT, IMAGE))),
    authorization: target.key ? { authorization: `Bearer ${target.key}` } : {},
  };
  const checks = [
    checkReadiness,
    checkClassification,
    checkDecoders,
    checkInvalidImages,
    checkUnknownKey,
    checkPages,
    checkField,
    checkReadiness,
  ];
  for (const check of checks) log(await check(context));
}

async function checkReadiness({ send, ...target }: Context): Promise<string> {
  const live = await send('/health/live');
  if (live.text !== '{"status":"live"}') throw unexpected(live, '{"status":"live"}');
  const { response, health } = await readiness(send, target);
  if (health.status !== 'ready') {
    throw unexpected(
      response,
      'the status ready',
      'The object store fails or holds no model: see store.error',
    );
  }
  return `ready: version ${health.worker}, model ${health.model.version.slice(0, 12)}, engine ${health.engine}`;
}

/** Waits until the requested version responds, and returns its health. */
async function readiness(send: Send, { version, propagationLimit = PROPAGATION_LIMIT }: SmokeTarget) {
  const end = performance.now() + propagationLimit;
  for (;;) {
    const response = await send('/health/ready');
    const health = parse(Health, response);
    if (version === undefined || health.worker === version) return { response, health };
    if (performance.now() > end) {
      throw unexpected(
        response,
        `version ${version} of the Worker within ${propagationLimit / 1000} s`,
        'The deployment does not contain the version (npx wrangler deployments status), or the Worker has another name',
      );
    }
    await setTimeout(1_000);
  }
}

async function checkClassification({ send, image, authorization }: Context): Promise<string> {
  const response = await send('/v1/classify?top_k=3', { body: image, headers: authorization });
  if (response.status === 401 || response.status === 403) {
    throw unexpected(
      response,
      'a classification',
      'Set SMOKE_KEY to an API key of the service: npm run key -- smoke',
    );
  }
  const { model, predictions } = parse(Classification, response);
  const local = (await localPredictions(send, model.version, image)).slice(0, 3);
  const agree = local.every(({ label, score }, i) => {
    const served = predictions[i];
    return served?.label === label && Math.abs(served.score - score) <= TOLERANCE;
  });
  if (!agree) throw unexpected(response, `the local predictions of its model, ${JSON.stringify(local)}`);

  const etag = response.headers.get('etag');
  if (!etag || !response.headers.has('x-request-id'))
    throw unexpected(response, 'the headers ETag and X-Request-Id');
  const again = await send('/v1/classify?top_k=3', { body: image, headers: authorization });
  if (again.headers.get('etag') !== etag) throw unexpected(again, `the ETag ${etag} again`);
  return `${IMAGE}: ${predictions[0]?.label} ${predictions[0]?.score}, equal to the local prediction`;
}

const Classification = v.object({
  model: v.object({ version: v.string() }),
  predictions: v.array(v.object({ label: v.string(), score: v.number() })),
});

/** Downloads the served model and runs it here in onnxruntime. */
async function localPredictions(send: Send, version: string, image: Uint8Array) {
  const path = `/v1/models/tinyvgg/versions/${version}`;
  const manifest = parse(Manifest, await send(path));
  const weights = await send(`${path}/onnx`);
  if ((await sha256(weights.bytes)) !== version) throw unexpected(weights, `the bytes of SHA-256 ${version}`);
  const classify = await openClassifier({ manifest, files: { onnx: weights.bytes } });
  return (await classify(image)).predictions;
}

/** A WebP of one black pixel. */
const WEBP = new Uint8Array(Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64'));

/** Sends an image that the decoders' Worker decodes: if that Worker is missing, every such image counts as damaged. */
async function checkDecoders({ send, authorization }: Context): Promise<string> {
  const response = await send('/v1/classify', { body: WEBP, headers: authorization });
  if (response.status === 200) return 'a WebP is decoded by the Worker of the decoders';
  throw unexpected(response, '200 for a WebP, which the Worker tinyvgg-edge-decode decodes');
}

/** Sends files that are not valid images. */
async function checkInvalidImages({ send, image, authorization }: Context): Promise<string> {
  const files = [
    [new Uint8Array(Buffer.from('not an image')), 415, 'unsupported-image'],
    [image.slice(0, -100), 422, 'damaged-image'],
    [WEBP.slice(0, -8), 422, 'damaged-image'],
  ] as const;
  for (const [body, status, type] of files) {
    requireProblem(await send('/v1/classify', { body, headers: authorization }), status, type);
  }
  return 'invalid images are rejected with problem documents';
}

async function checkUnknownKey({ send, image, key }: Context): Promise<string> {
  if (!key) return 'unknown keys: not tested without SMOKE_KEY';
  const headers = { authorization: 'Bearer of-nobody' };
  requireProblem(await send('/v1/classify', { body: image, headers }), 401, 'wrong-key');
  return 'an unknown key is rejected';
}

function requireProblem(response: SmokeResponse, status: number, type: string): void {
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  if (response.status !== status || !isProblem || !response.text.includes(`"/problems/${type}"`))
    throw unexpected(response, `${status}, the problem ${type}`);
}

async function checkPages({ send }: Context): Promise<string> {
  const html = { headers: { accept: 'text/html' } };
  for (const page of [await send('/', html), await send('/explore', html)]) {
    const { headers, text } = page;
    const isSafe =
      headers.has('content-security-policy') && headers.get('x-content-type-options') === 'nosniff';
    if (page.status !== 200 || !/^<!doctype html>/i.test(text) || !isSafe)
      throw unexpected(page, '200, an HTML page, Content-Security-Policy and nosniff');
  }
  const list = await send('/');
  if (list.status !== 200 || !list.text.includes('POST /v1/classify'))
    throw unexpected(list, '200, the list of endpoints');
  return 'the pages and the list of endpoints are served';
}

async function checkField({ send }: Context): Promise<string> {
  const { url, integrity } = parse(Field, await send('/field.json'));
  for (const file of [await send(url), await send('/field.js')]) {
    const digest = `sha384-${createHash('sha384').update(file.bytes).digest('base64')}`;
    if (digest !== integrity) throw unexpected(file, `the bytes of ${integrity}`);
  }
  return `the field, ${url}, matches its integrity hash`;
}

const Field = v.object({ url: v.string(), integrity: v.string() });

function parse<S extends v.GenericSchema>(schema: S, response: SmokeResponse): v.InferOutput<S> {
  let json: unknown;
  try {
    json = JSON.parse(response.text);
  } catch {
    throw unexpected(response, '200 with JSON');
  }
  const { success, output, issues } = v.safeParse(schema, json);
  if (response.status === 200 && success) return output;
  const place = issues?.[0] && `: ${v.getDotPath(issues[0]) ?? 'the document'}, ${issues[0].message}`;
  throw unexpected(response, `200 with the documented JSON${place ?? ''}`);
}
