/**
 * @file `npm run rollout` as a process, with the real wrangler and a local stand-in for Cloudflare. The present and the
 * new version are two local Workers. Most failures come after the uploads: for them, only the steps run, in this process.
 * @module-tag slow
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCloudflare } from '../../../infra/deploy/cloudflare/api.ts';
import { API as API_WORKER, CALLED } from '../../../infra/deploy/cloudflare/workers.ts';
import type { Outcome } from '../../../infra/deploy/rollout/options.ts';
import { shiftTraffic } from '../../../infra/deploy/rollout/steps.ts';
import { sha256 } from '../../../shared/digest.ts';
import { push } from '../../../train/registry/registry.ts';
import { readRelease } from '../../../train/release/release.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { type Ended, type OnOutput, runNode } from '../../support/command.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';
import { ACCOUNT, LocalCloudflare } from './local-cloudflare.ts';

const KEY = 'tinyvgg_of-the-rollout-test';
const API = 'tinyvgg-edge';
const ORT = 'tinyvgg-edge-ort';
const DECODE = 'tinyvgg-edge-decode';
const BEFORE = { [ORT]: 'present-ort', [DECODE]: 'present-decode' };

const cloudflare = new LocalCloudflare();
let environment: Record<string, string>;
let present: string;
let next: string;
const workers: RunningWorker[] = [];

/** Starts a version of the API's Worker with a model in its bucket. Returns the version's id. */
async function startVersion(): Promise<string> {
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
  [present, next] = [await startVersion(), await startVersion()];
});
afterAll(async () => {
  cloudflare.stop();
  await Promise.all(workers.map((worker) => worker.stop()));
});
beforeEach(() => {
  cloudflare.reset({ ...BEFORE, [API]: present });
  cloudflare.next = next;
});

const rollout = (args: string[] = [], onOutput?: OnOutput): Promise<Ended> =>
  runNode(['infra/deploy/rollout.ts', '--watch', '0', ...args], {
    env: { ...process.env, ...environment },
    onOutput,
  });

/** Runs the steps after the upload of the version `next`, as `npm run rollout` does. @param onLine receives each line of the log */
async function shift(
  watchSeconds = 0,
  onLine: (line: string) => void = () => {},
): Promise<{ outcome: Outcome; output: string }> {
  cloudflare.scripts.get(API)?.versions.push(next);
  const lines: string[] = [];
  const options = {
    cloudflare: openCloudflare(environment),
    account: { id: ACCOUNT, token: 'token' },
    origin: environment.ORIGIN ?? '',
    key: KEY,
    watchSeconds,
    tag: undefined,
    signal: new AbortController().signal,
    log(line: string) {
      lines.push(line);
      onLine(line);
    },
  };
  const before = new Map(
    [...CALLED, API_WORKER].map((worker) => [worker, cloudflare.traffic(worker.name)] as const),
  );
  const outcome = await shiftTraffic(options, before, next, async ({ name }) => {
    cloudflare.deploy(name, { [`next ${name}`]: 100 });
  });
  return { outcome, output: lines.join('\n') };
}

/** Returns the API's deployments, first to last, with the versions named `present` and `next`. */
const history = (): string[] =>
  cloudflare.history().map((traffic) =>
    Object.entries(traffic)
      .map(([id, percentage]) => `${id === present ? 'present' : 'next'} ${percentage}`)
      .join(', '),
  );

const expectRestored = (): void => {
  expect(cloudflare.traffic(API)).toEqual({ [present]: 100 });
  expect(cloudflare.traffic(ORT)).toEqual({ [BEFORE[ORT]]: 100 });
  expect(cloudflare.traffic(DECODE)).toEqual({ [BEFORE[DECODE]]: 100 });
};

describe('npm run rollout', () => {
  test('deploys at 0, 10, 50 and 100 %, and retries a request that Cloudflare fails once', async () => {
    let faults = 1;
    cloudflare.fault = (method, path) =>
      method === 'POST' && path.endsWith(`/${API}/deployments`) && faults-- > 0 ? 503 : undefined;
    const { code, output } = await rollout();
    expect(output).toMatch(/all requests and passes the smoke tests\nDeployed\.\n$/);
    expect(code).toBe(0);
    expect(history()).toEqual([
      'present 100',
      'present 100, next 0',
      'present 90, next 10',
      'present 50, next 50',
      'next 100',
    ]);
    expect(cloudflare.traffic(DECODE)).not.toEqual({ [BEFORE[DECODE]]: 100 });
    const objects = [...(cloudflare.r2.buckets.get('tinyvgg-models')?.keys() ?? [])];
    expect(objects).toContainEqual(expect.stringMatching(/^site\/field\.[0-9a-f]{16}\.js$/));
    const page = String(cloudflare.scripts.get(API)?.uploaded?.assets.get('/index.html'));
    expect(page).toMatch(/<fashion-classifier sitekey="site_[\w-]{22}" /);
  });

  test('rolls all three Workers back after SIGTERM', async () => {
    let killed = false;
    const { code, output } = await rollout(['--watch', '60'], (output, child) => {
      if (!killed && / 10 %/.test(output)) child.kill('SIGTERM');
      killed ||= / 10 %/.test(output);
    });
    expect(output).toMatch(/stopped by a signal\n.*rolled back, .* 100 %\n/);
    expect(output).toMatch(/Rolled back\.\n$/);
    expect(code).toBe(2);
    expect(history().slice(-2)).toEqual(['present 90, next 10', 'present 100']);
    expectRestored();
  });

  test('prints how to restore the previous version when Cloudflare rejects the rollback', async () => {
    const isDown = () => (cloudflare.traffic()[next] ?? 0) === 10;
    cloudflare.fault = (method, path) =>
      method === 'POST' && path.endsWith('/deployments') && isDown() ? 403 : undefined;
    const { code, output } = await rollout();
    expect(output).toMatch(/tinyvgg-edge is NOT rolled back: POST .* got 403/);
    expect(output).toContain(`npx wrangler versions deploy ${present}@100% -y -c wrangler.toml`);
    expect(output).toMatch(/NOT rolled back automatically; see above\.\n$/);
    expect(code).toBe(3);
    expect(cloudflare.traffic()).toEqual({ [present]: 90, [next]: 10 });
  });

  test('makes the first deployment without steps', async () => {
    cloudflare.reset({});
    const { code, output } = await rollout();
    expect(output).toContain('no version to roll back to, so no steps');
    expect(code).toBe(0);
    expect(history()).toEqual(['next 100']);
    expect(Object.keys(cloudflare.traffic(ORT))).toHaveLength(1);
  });

  test('changes nothing while another rollout has not ended, or when the upload fails', async () => {
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
      /wrangler versions upload .*: expected exit code 0, got 1; its last output:/,
    );
    expect(refused.code).toBe(1);
    expectRestored();
  });

  test('prints the steps with --dry-run, and rejects an invalid origin', async () => {
    const plan = await rollout(['--watch', '60', '--dry-run']);
    expect(plan.output).toMatch(/2\. tinyvgg-edge: a new version, at 0 %.*5\. 10 %: 60 s.*7\. 100 %/s);
    expect(plan.code).toBe(0);
    const wrong = await rollout(['--origin', 'tinyvgg.example']);
    expect(wrong.output).toBe(
      'invalid ORIGIN: expected an origin such as https://api.example, got tinyvgg.example\n',
    );
    expect(wrong.code).toBe(1);
    expect(history()).toEqual(['present 100']);
  });
});

describe('the steps after the upload', () => {
  test('rolls all three Workers back when the version fails its smoke test at 0 %', async () => {
    cloudflare.broken = (version) => version === next;
    const { outcome, output } = await shift();
    expect(output).toMatch(
      /\/health\/live: expected \{"status":"live"\}, got 500, text\/plain: error code: 1101/,
    );
    expect(outcome).toBe('rolled-back');
    expect(history()).toEqual(['present 100', 'present 100, next 0', 'present 100']);
    expectRestored();
  });

  test('rolls back when the smoke test fails at 10 %', async () => {
    cloudflare.broken = (version) => version === next && (cloudflare.traffic()[next] ?? 0) > 0;
    expect((await shift()).outcome).toBe('rolled-back');
    expect(history()).toEqual(['present 100', 'present 100, next 0', 'present 90, next 10', 'present 100']);
    expectRestored();
  });

  test('rolls back when only the requests of other clients fail', async () => {
    cloudflare.broken = (version, { headers }) =>
      version === next && headers['cloudflare-workers-version-overrides'] === undefined;
    const visits = setInterval(() => void fetch(`${environment.ORIGIN}/health/live`), 20);
    const { outcome, output } = await shift(2);
    clearInterval(visits);
    expect(output).toMatch(
      /failed since the new version began to receive requests: expected at most 3, .* the hour before, got \d+ of \d+/,
    );
    expect(outcome).toBe('rolled-back');
    expect(history()).not.toContain('next 100');
    expectRestored();
  });

  test('rolls back when Cloudflare rejects a step', async () => {
    cloudflare.fault = (method, path, body) =>
      method === 'POST' && path.endsWith(`/${API}/deployments`) && body.includes('"percentage":50')
        ? 403
        : undefined;
    const { outcome, output } = await shift();
    expect(output).toMatch(
      /POST .*\/deployments: expected a successful response, got 403: a fault \[10001\]/,
    );
    expect(outcome).toBe('rolled-back');
    expectRestored();
  });

  test('leaves the deployment of someone else in place', async () => {
    const theirs = { 'of-someone-else': 100 };
    const { outcome, output } = await shift(0, (line) => {
      if (/ 10 %/.test(line)) cloudflare.deploy(API, theirs);
    });
    expect(output).toContain(
      'tinyvgg-edge was deployed by someone else during the rollout: of-someone-else 100 %',
    );
    expect(outcome).toBe('unresolved');
    expect(cloudflare.traffic()).toEqual(theirs);
    expect(cloudflare.traffic(DECODE)).not.toEqual({ [BEFORE[DECODE]]: 100 });
  });
});
