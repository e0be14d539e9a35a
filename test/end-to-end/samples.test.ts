/**
 * @file The code samples of the API reference, run as a reader would run them.
 * @module-tag slow
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORIGIN } from '../../edge/api/service/origin.ts';
import { type OpenApiDocument, operationsOf } from '../../edge/openapi/openapi.ts';
import { sha256 } from '../../shared/digest.ts';
import { run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

const API_KEY = 'tinyvgg_samples';
const TOKEN_SECRET = 'a-secret-of-the-tests-with-more-than-32-characters';
/** Stands for a token in the samples. */
const TOKEN = 'eyJ…';
const folder = temporaryFolder();
let worker: RunningWorker;
let variables: Record<string, string>;

beforeAll(async () => {
  const digest = await sha256(new TextEncoder().encode(API_KEY));
  worker = await startWorker({ variables: { API_KEYS: `samples:${digest}`, TOKEN_SECRET } });
  const { model } = (await (await fetch(`${worker.origin}/health/ready`)).json()) as {
    model: { version: string };
  };
  variables = { API_KEY, VERSION: model.version };
  // The files that the samples upload.
  await copyFile('examples/trouser.png', join(folder, 'photo.jpg'));
  const image = { name: 'image', shape: [1, 1, 28, 28], datatype: 'UINT8', data: Array(784).fill(0) };
  await writeFile(join(folder, 'request.json'), JSON.stringify({ inputs: [image] }));
});
afterAll(() => worker?.stop());

const document: OpenApiDocument = JSON.parse(readFileSync('edge/openapi/openapi.json', 'utf8'));
const samples = operationsOf(document).flatMap(({ method, path, operation }) =>
  operation['x-codeSamples'].map(({ lang, source }) => ({
    lang,
    source,
    name: `${method.toUpperCase()} ${path}`,
  })),
);

const IN_SHELL = 'set -eu; curl() { command curl --silent --show-error --fail-with-body "$@"; };';

/** Makes a sample fail at a problem, which it would only print. */
const STRICT_FETCH = `const request = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const response = await request(...args);
  if (!response.ok) throw new Error(await response.text());
  return response;
};`;
const STRICT_REQUESTS = `import requests
requests.Session.send = (lambda send: lambda *args, **more: (lambda r: r.raise_for_status() or r)(send(*args, **more)))(requests.Session.send)
`;

const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;

/** Returns the token of a classification. */
async function newToken(): Promise<string> {
  const response = await fetch(`${worker.origin}/v1/classify?sign=1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: readFileSync('examples/trouser.png'),
  });
  return ((await response.json()) as { token: string }).token;
}

async function runSample(lang: string, source: string) {
  const token = source.includes(TOKEN) ? await newToken() : '';
  const text = source.replaceAll(ORIGIN, worker.origin).replaceAll(TOKEN, token);
  const options = { env: { ...process.env, ...variables }, cwd: folder };
  if (lang === 'Shell') return run('bash', ['-c', `${IN_SHELL}\n${text}`], options);
  if (lang === 'Python') return run('python3', ['-c', `${STRICT_REQUESTS}${text}`], options);
  await writeFile(join(folder, 'strict.mjs'), STRICT_FETCH);
  await writeFile(join(folder, 'sample.mjs'), text);
  return run(process.execPath, ['--import', './strict.mjs', 'sample.mjs'], options);
}

describe.each(['Shell', 'JavaScript'])('the %s sample of', (language) => {
  it.each(samples.filter(({ lang }) => lang === language))('$name runs', async ({ lang, source }) => {
    expect(await runSample(lang, source)).toMatchObject({ code: 0, stderr: '' });
  });

  it('any operation fails in this test when the Worker returns a problem', async () => {
    const path = '/v1/models/resnet';
    const source = language === 'Shell' ? `curl "${ORIGIN}${path}"` : `await fetch('${ORIGIN}${path}');`;
    expect((await runSample(language, source)).code).not.toBe(0);
  });
});

const skipped = hasRequests ? '' : ' (skipped: install python3-requests)';
describe.skipIf(!hasRequests)(`the Python sample of${skipped}`, () => {
  it.each(samples.filter(({ lang }) => lang === 'Python'))('$name runs', async ({ lang, source }) => {
    expect(await runSample(lang, source)).toMatchObject({ code: 0, stderr: '' });
  });
});
