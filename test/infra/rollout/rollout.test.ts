/**
 * @file `npm run rollout` as a process, with the real wrangler, against as much of Cloudflare as test/infra/rollout/cloudflare.ts is; present and
 * new version are two Workers under `wrangler dev`.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../shared/digest.ts';
import { push } from '../../../train/registry/registry.ts';
import { readRelease } from '../../../train/registry/release.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { type Ended, type OnOutput, runNode } from '../../support/command.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';
import { ACCOUNT, Cloudflare } from './cloudflare.ts';

const LIMIT = 180_000;
const KEY = 'tinyvgg_of-the-rollout-test';
const API = 'tinyvgg-edge';
const ORT = 'tinyvgg-edge-ort';
const DECODE = 'tinyvgg-edge-decode';
const BEFORE = { [ORT]: 'present-ort', [DECODE]: 'present-decode' };

const cloudflare = new Cloudflare();
let environment: Record<string, string>;
let present: string;
let next: string;
const workers: RunningWorker[] = [];

/** A version of the API's Worker with a model in its bucket; what it calls itself. */
async function version(): Promise<string> {
  const digest = await sha256(new Uint8Array(Buffer.from(KEY)));
  const worker = await startWorker({ variables: { API_KEYS: `rollout:${digest}` } });
  workers.push(worker);
  await push(openLocalStore(worker.origin), await readRelease('release/tinyvgg.onnx'), { reason: 'test' });
  const health = await (await fetch(`${worker.origin}/health/ready`)).json();
  const id = (health as { worker: string }).worker;
  cloudflare.origins.set(id, worker.origin);
  return id;
}

beforeAll(async () => {
  const { api, origin } = await cloudflare.start();
  environment = {
    CLOUDFLARE_API_BASE_URL: api,
    CLOUDFLARE_API_TOKEN: 'token',
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    ORIGIN: origin,
    SMOKE_KEY: KEY,
  };
  [present, next] = [await version(), await version()];
}, LIMIT);
afterAll(async () => {
  cloudflare.stop();
  await Promise.all(workers.map((worker) => worker.stop()));
});
beforeEach(() => {
  cloudflare.reset({ ...BEFORE, [API]: present });
  cloudflare.next = next;
});

const run = (args: string[], onOutput?: OnOutput): Promise<Ended> =>
  runNode(args, { env: { ...process.env, ...environment }, onOutput });

const rollout = (args: string[] = [], onOutput?: OnOutput): Promise<Ended> =>
  run(['infra/rollout.ts', '--watch', '0', ...args], onOutput);

/** The API's deployments, by what the versions are here. */
const history = (): string[] =>
  cloudflare.history().map((traffic) =>
    Object.entries(traffic)
      .map(([id, percentage]) => `${id === present ? 'present' : 'next'} ${percentage}`)
      .join(', '),
  );

const isAsBefore = (): void => {
  expect(cloudflare.traffic(API)).toEqual({ [present]: 100 });
  expect(cloudflare.traffic(ORT)).toEqual({ [BEFORE[ORT]]: 100 });
  expect(cloudflare.traffic(DECODE)).toEqual({ [BEFORE[DECODE]]: 100 });
};

describe('npm run rollout', { timeout: LIMIT }, () => {
  test('goes to 0, 10, 50 and 100 % when all is well, but for an answer that Cloudflare once fails to give', async () => {
    let faults = 1;
    cloudflare.fault = (method, path) =>
      method === 'POST' && path.endsWith(`/${API}/deployments`) && faults-- > 0 ? 503 : undefined;
    const { code, output } = await rollout();
    expect(output).toMatch(/all requests, and answers rightly\nDeployed\.\n$/);
    expect(code).toBe(0);
    expect(history()).toEqual([
      'present 100',
      'present 100, next 0',
      'present 90, next 10',
      'present 50, next 50',
      'next 100',
    ]);
    expect(cloudflare.traffic(DECODE)).not.toEqual({ [BEFORE[DECODE]]: 100 });
    expect(cloudflare.kept).toContainEqual(expect.stringMatching(/^site\/field\.[0-9a-f]{16}\.js$/));
  });

  test('gives a version that fails at 0 % no requests, and takes all three Workers back', async () => {
    cloudflare.broken = (version) => version === next;
    const { code, output } = await rollout();
    expect(output).toMatch(
      /\/health\/live: expected \{"status":"live"\}, got 500, text\/plain: error code: 1101/,
    );
    expect(output).toMatch(/Rolled back\.\n$/);
    expect(code).toBe(2);
    expect(history()).toEqual(['present 100', 'present 100, next 0', 'present 100']);
    isAsBefore();
  });

  test('takes a version back that fails once it has requests', async () => {
    cloudflare.broken = (version) => version === next && (cloudflare.traffic()[next] ?? 0) > 0;
    expect((await rollout()).code).toBe(2);
    expect(history()).toEqual(['present 100', 'present 100, next 0', 'present 90, next 10', 'present 100']);
    isAsBefore();
  });

  test('takes a version back that answers the smoke tests, and nobody else', async () => {
    cloudflare.broken = (version, { headers }) =>
      version === next && headers['cloudflare-workers-version-overrides'] === undefined;
    const visits = setInterval(() => void fetch(`${environment.ORIGIN}/health/live`), 20);
    const { code, output } = await rollout(['--watch', '2']);
    clearInterval(visits);
    expect(output).toMatch(
      /since the new version has some: expected at most 3, .* to fail beyond the usual, got \d+ of \d+/,
    );
    expect(code).toBe(2);
    expect(history()).not.toContain('next 100');
    isAsBefore();
  });

  test('goes back when it is told to end', async () => {
    let killed = false;
    const { code, output } = await rollout(['--watch', '60'], (output, child) => {
      if (!killed && / 10 %/.test(output)) child.kill('SIGTERM');
      killed ||= / 10 %/.test(output);
    });
    expect(output).toMatch(/told to end\n.*back, .* 100 %\n/);
    expect(code).toBe(2);
    expect(history().slice(-2)).toEqual(['present 90, next 10', 'present 100']);
    isAsBefore();
  });

  test('goes back when Cloudflare refuses a step', async () => {
    cloudflare.fault = (method, path, body) =>
      method === 'POST' && path.endsWith(`/${API}/deployments`) && body.includes('"percentage":50')
        ? 403
        : undefined;
    const { code, output } = await rollout();
    expect(output).toMatch(/POST .*\/deployments: expected an answer of the API, got 403: a fault \[10001\]/);
    expect(code).toBe(2);
    isAsBefore();
  });

  test('says what is deployed when Cloudflare does not let it go back', async () => {
    const isDown = () => (cloudflare.traffic()[next] ?? 0) === 10;
    cloudflare.fault = (method, path) =>
      method === 'POST' && path.endsWith('/deployments') && isDown() ? 403 : undefined;
    const { code, output } = await rollout();
    expect(output).toMatch(/tinyvgg-edge is NOT back: POST .* got 403/);
    expect(output).toContain(`npx wrangler versions deploy ${present}@100% -y -c wrangler.toml`);
    expect(output).toMatch(/LEFT AS SAID\.\n$/);
    expect(code).toBe(3);
    expect(cloudflare.traffic()).toEqual({ [present]: 90, [next]: 10 });
  });

  test('leaves alone what somebody else has deployed meanwhile', async () => {
    const theirs = { 'of-somebody-else': 100 };
    const { code, output } = await rollout([], (output) => {
      if (/ 10 %/.test(output) && cloudflare.traffic()[next] === 10) cloudflare.deploy(API, theirs);
    });
    expect(output).toContain('somebody else has deployed tinyvgg-edge meanwhile: of-somebody-else 100 %');
    expect(code).toBe(3);
    expect(cloudflare.traffic()).toEqual(theirs);
    expect(cloudflare.traffic(DECODE)).not.toEqual({ [BEFORE[DECODE]]: 100 });
  });

  test('deploys for the first time without steps', async () => {
    cloudflare.reset({});
    const { code, output } = await rollout();
    expect(output).toContain('no version to go back to, so no steps');
    expect(code).toBe(0);
    expect(history()).toEqual(['next 100']);
    expect(Object.keys(cloudflare.traffic(ORT))).toHaveLength(1);
  });

  test('changes nothing while another rollout has not ended, or nothing can be uploaded', async () => {
    cloudflare.deploy(API, { [present]: 90, [next]: 10 });
    const unended = await rollout();
    expect(unended.output).toMatch(
      /a rollout of tinyvgg-edge has not ended: expected one version .* got .* 90 %, .* 10 %/,
    );
    expect(unended.code).toBe(1);

    cloudflare.reset({ ...BEFORE, [API]: present });
    cloudflare.fault = (method, path) => (method === 'POST' && path.endsWith('/versions') ? 400 : undefined);
    const refused = await rollout();
    expect(refused.output).toMatch(
      /wrangler versions upload .*: expected exit code 0, got 1; its last words:/,
    );
    expect(refused.code).toBe(1);
    isAsBefore();
  });

  test('says its plan, and what its arguments should be', async () => {
    const plan = await rollout(['--watch', '60', '--dry-run']);
    expect(plan.output).toMatch(/2\. tinyvgg-edge: a new version, at 0 %.*5\. 10 %; 60 s.*7\. 100 %/s);
    expect(plan.code).toBe(0);
    const wrong = await rollout(['--origin', 'tinyvgg.example']);
    expect(wrong.output).toBe(
      'cannot use ORIGIN: expected an origin such as https://api.example, got tinyvgg.example\n',
    );
    expect(wrong.code).toBe(1);
    expect(history()).toEqual(['present 100']);
  });
});

describe('npm run preview', { timeout: LIMIT }, () => {
  test('uploads a version without requests, and says where addresses are enabled when it gets none', async () => {
    const { code, output } = await run(['infra/preview.ts', 'pr-12']);
    expect(output).toMatch(
      /^cannot preview version .*: expected an address for pr-12, got none\. Enable preview URLs/,
    );
    expect(output).toContain(next);
    expect(code).toBe(1);
    isAsBefore();
  });

  test('says what its argument should be', async () => {
    const { code, output } = await run(['infra/preview.ts', 'PR 12']);
    expect(output).toMatch(/^cannot preview: expected an alias such as pr-12, .* got PR 12\n$/);
    expect(code).toBe(1);
  });
});
