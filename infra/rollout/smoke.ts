/**
 * @file Proves that a deployed version answers rightly: health with its golden logits, metadata, one picture whose answer is computed here
 * from the model that the service names, hostile files, keys, pages, the field with its integrity hash; and that it is the version asked for.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { sha256 } from '#shared/digest.ts';
import { Manifest } from '#shared/manifest.ts';
import { Health } from '../../edge/openapi/health.ts';
import { openClassifier } from '../../train/photos/classifier.ts';
import { type Answer, type Target, type Visit, visiting, wrong } from './visit.ts';
import { ROOT } from './workers.ts';

const ARRIVAL_LIMIT = 30_000;
/** Between scores of the service and of onnxruntime here; logits differ by less than 1e-5. */
const TOLERANCE = 1e-4;
const PICTURE = 'examples/trouser.png';

interface Smoking extends Target {
  visit: Visit;
  picture: Uint8Array<ArrayBuffer>;
  authorization: Record<string, string>;
}

/**
 * @param say receives a line for each thing that was right
 * @throws ExplainedError for the first that was not
 */
export async function smoke(target: Target, say: (line: string) => void): Promise<void> {
  const smoking: Smoking = {
    ...target,
    visit: visiting(target),
    picture: new Uint8Array(await readFile(`${ROOT}${PICTURE}`)),
    authorization: target.key ? { authorization: `Bearer ${target.key}` } : {},
  };
  for (const check of [ready, classification, hostile, strangers, pages, field, ready])
    say(await check(smoking));
}

async function ready({ visit, ...asked }: Smoking): Promise<string> {
  const live = await visit('/health/live');
  if (live.text !== '{"status":"live"}') throw wrong(live, '{"status":"live"}');
  const { answer, health } = await readiness(visit, asked);
  if (health.status !== 'ready') {
    throw wrong(answer, 'the status ready', 'The object store fails, or holds no model: see store.error');
  }
  return `ready, version ${health.worker}, model ${health.model.version.slice(0, 12)} by ${health.engine}`;
}

/** The health of the version asked for, as soon as it answers. */
async function readiness(visit: Visit, { version, arrivalLimit = ARRIVAL_LIMIT }: Target) {
  const end = performance.now() + arrivalLimit;
  for (;;) {
    const answer = await visit('/health/ready');
    const health = parsed(Health, answer);
    if (version === undefined || health.worker === version) return { answer, health };
    if (performance.now() > end) {
      const next =
        'The deployment does not hold it (npx wrangler deployments status), or its Worker has another name';
      throw wrong(answer, `version ${version} of the Worker within ${arrivalLimit / 1000} s`, next);
    }
    await setTimeout(1_000);
  }
}

async function classification({ visit, picture, authorization }: Smoking): Promise<string> {
  const answer = await visit('/v1/classify?top_k=3', { body: picture, headers: authorization });
  if (answer.status === 401 || answer.status === 403) {
    throw wrong(
      answer,
      'a classification',
      'SMOKE_KEY must be a bearer key of the service: npm run key -- smoke',
    );
  }
  const { model, predictions } = parsed(Classification, answer);
  const expected = (await ownAnswer(visit, model.version, picture)).slice(0, 3);
  const agree = expected.every(({ label, score }, i) => {
    const said = predictions[i];
    return said?.label === label && Math.abs(said.score - score) <= TOLERANCE;
  });
  if (!agree) throw wrong(answer, `what its model says here, ${JSON.stringify(expected)}`);

  const etag = answer.headers.get('etag');
  if (!etag || !answer.headers.has('x-request-id')) throw wrong(answer, 'the headers ETag and X-Request-Id');
  const headers = { ...authorization, 'if-none-match': etag };
  const again = await visit('/v1/classify?top_k=3', { body: picture, headers });
  if (again.status !== 304) throw wrong(again, '304 for the ETag just given');
  return `${PICTURE}: ${predictions[0]?.label} ${predictions[0]?.score}, as its model says here`;
}

const Classification = v.object({
  model: v.object({ version: v.string() }),
  predictions: v.array(v.object({ label: v.string(), score: v.number() })),
});

/** What onnxruntime says on this machine, of the model that the service hands out. */
async function ownAnswer(visit: Visit, version: string, picture: Uint8Array) {
  const address = `/v1/models/tinyvgg/versions/${version}`;
  const manifest = parsed(Manifest, await visit(address));
  const weights = await visit(`${address}/onnx`);
  if ((await sha256(weights.bytes)) !== version) throw wrong(weights, `the bytes of SHA-256 ${version}`);
  const classify = await openClassifier({ manifest, files: { onnx: weights.bytes } });
  return (await classify(picture)).predictions;
}

/** The last one is for the decoders' Worker, so its service binding answers too. */
async function hostile({ visit, picture, authorization }: Smoking): Promise<string> {
  const webp = new Uint8Array([
    ...Buffer.from('RIFF\x64\0\0\0WEBPVP8 \x50\0\0\0'),
    ...new Uint8Array(80).fill(7),
  ]);
  const files = [
    [new Uint8Array(Buffer.from('no picture')), 415, 'unsupported-image'],
    [picture.slice(0, -100), 422, 'damaged-image'],
    [webp, 422, 'damaged-image'],
  ] as const;
  for (const [body, status, type] of files) {
    requireProblem(await visit('/v1/classify', { body, headers: authorization }), status, type);
  }
  return 'files that are no pictures are refused, as problems';
}

async function strangers({ visit, picture, key }: Smoking): Promise<string> {
  if (!key) return 'no SMOKE_KEY: not tried whether wrong keys are refused';
  const headers = { authorization: 'Bearer of-nobody' };
  requireProblem(await visit('/v1/classify', { body: picture, headers }), 401, 'wrong-key');
  return 'a wrong key is refused';
}

function requireProblem(answer: Answer, status: number, type: string): void {
  const isProblem = answer.headers.get('content-type') === 'application/problem+json';
  if (answer.status !== status || !isProblem || !answer.text.includes(`"/problems/${type}"`))
    throw wrong(answer, `${status}, the problem ${type}`);
}

async function pages({ visit }: Smoking): Promise<string> {
  const html = { headers: { accept: 'text/html' } };
  for (const page of [await visit('/', html), await visit('/explore', html)]) {
    const { headers, text } = page;
    const isSafe =
      headers.has('content-security-policy') && headers.get('x-content-type-options') === 'nosniff';
    if (page.status !== 200 || !/^<!doctype html>/i.test(text) || !isSafe)
      throw wrong(page, '200, a page, its Content-Security-Policy and nosniff');
  }
  const list = await visit('/');
  if (list.status !== 200 || !list.text.includes('POST /v1/classify'))
    throw wrong(list, '200, the list of addresses');
  return 'pages and the list of addresses';
}

async function field({ visit }: Smoking): Promise<string> {
  const { url, integrity } = parsed(Field, await visit('/field.json'));
  for (const file of [await visit(url), await visit('/field.js')]) {
    const digest = `sha384-${createHash('sha384').update(file.bytes).digest('base64')}`;
    if (digest !== integrity) throw wrong(file, `the bytes of ${integrity}`);
  }
  return `the field, ${url}, by its integrity hash`;
}

const Field = v.object({ url: v.string(), integrity: v.string() });

function parsed<S extends v.GenericSchema>(schema: S, answer: Answer): v.InferOutput<S> {
  let json: unknown;
  try {
    json = JSON.parse(answer.text);
  } catch {
    throw wrong(answer, '200 with JSON');
  }
  const { success, output, issues } = v.safeParse(schema, json);
  if (answer.status === 200 && success) return output;
  const place = issues?.[0] && `: ${v.getDotPath(issues[0]) ?? 'all of it'}, ${issues[0].message}`;
  throw wrong(answer, `200 with what the service documents${place ?? ''}`);
}
