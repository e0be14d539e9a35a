/** @file Routes: known and unknown paths, methods, models and problem types. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelInfo } from '../../../edge/api/v1/responses.ts';
import { PROBLEMS } from '../../../edge/http/problem-types.ts';
import { expectProblem } from '../support/callers.ts';
import { isolate, LABELS, tinyRelease } from '../support/tiny.ts';

let worker: ReturnType<typeof isolate>;
beforeAll(async () => {
  worker = isolate(await tinyRelease(5));
});

describe('paths and methods', () => {
  it.each([
    ['GET', '/v1/classify', 'POST'],
    ['PUT', '/v1/classify', 'POST'],
    ['HEAD', '/v1/classify', 'POST'],
    ['OPTIONS', '/v1/classify', 'POST'],
    ['POST', '/v1/models', 'GET, HEAD'],
    ['DELETE', '/v1/models/tinyvgg', 'GET, HEAD'],
    ['POST', '/health/ready', 'GET, HEAD'],
    ['PATCH', '/', 'GET, HEAD'],
  ])('%s %s is not allowed, and Allow is %s', async (method, path, allow) => {
    const response = await worker.send(path, { method });
    expect(response.headers.get('allow')).toBe(allow);
    if (method === 'HEAD') expect(response.status).toBe(405);
    else await expectProblem(response, 'method-not-allowed');
  });

  it.each(['/v1', '/v1/', '/v1/classify/', '/v3', '/.env', '/%00', '/%E0%A4%A', '//', '/problems/none'])(
    '%s is not found',
    async (path) => {
      await expectProblem(await worker.send(path), 'not-found');
    },
  );

  it.each(['resnet', 'TINYVGG', '%E0%A4%A', '..%2Ftinyvgg', '__proto__'])(
    'the model %s is unknown',
    async (name) => {
      await expectProblem(await worker.send(`/v1/models/${name}`), 'unknown-model');
    },
  );

  it.each(['/', '/v1/models', '/v1/models/tinyvgg', '/health/live', '/health/ready'])(
    'GET and HEAD %s return 200',
    async (path) => {
      const [get, head] = [await worker.send(path), await worker.send(path, { method: 'HEAD' })];
      expect([get.status, head.status]).toEqual([200, 200]);
      expect((await get.text()).length).toBeGreaterThan(10);
      expect(await head.text()).toBe('');
    },
  );

  it.each(['/v2/classify', '/v2/', '/hf', '/hf/models', '/hf/models/'])(
    '%s is not found, with an {"error"} response',
    async (path) => {
      const response = await worker.send(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: expect.any(String) });
    },
  );

  it('lists the models and returns the manifest with its alias', async () => {
    const { models } = await (await worker.send('/v1/models')).json<{ models: ModelInfo[] }>();
    const manifest = await (await worker.send('/v1/models/tinyvgg')).json<Record<string, unknown>>();
    expect(models).toEqual([{ name: 'tinyvgg', version: manifest.version, alias: 'bundled' }]);
    expect(manifest).toMatchObject({ alias: 'bundled', formatVersion: 1, labels: [...LABELS] });
  });

  it('prints an index whose curl command contains the origin of the request', async () => {
    expect(await (await worker.send('/')).text()).toContain("'https://edge.test/v1/classify?top_k=3'");
  });

  it('returns status and title of every problem type', async () => {
    for (const [type, meaning] of Object.entries(PROBLEMS)) {
      const response = await worker.send(`/problems/${type}`);
      expect(await response.json()).toEqual({ type: `/problems/${type}`, ...meaning });
    }
  });
});
