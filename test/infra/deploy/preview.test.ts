/**
 * @file `npm run preview` as a process, with the real wrangler and a local stand-in for Cloudflare.
 * @module-tag slow
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Ended, runNode } from '../../support/command.ts';
import { ACCOUNT, LocalCloudflare } from './local-cloudflare.ts';

const API = 'tinyvgg-edge';
const STAGING = `${API}-staging`;
const DEPLOYED = { [API]: 'present', [`${API}-ort`]: 'present-ort', [`${API}-decode`]: 'present-decode' };

const cloudflare = new LocalCloudflare();
let environment: Record<string, string>;

beforeAll(async () => {
  const { api } = await cloudflare.start();
  environment = {
    CLOUDFLARE_API_BASE_URL: api,
    CLOUDFLARE_API_TOKEN: 'token',
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
  };
});
afterAll(() => cloudflare.stop());
beforeEach(() => {
  cloudflare.reset({ ...DEPLOYED, [STAGING]: 'present-staging' });
  cloudflare.next = 'next';
});

const preview = (alias: string): Promise<Ended> =>
  runNode(['infra/deploy/preview.ts', alias], { env: { ...process.env, ...environment } });

test('uploads a version of staging without traffic, and explains how to enable preview URLs when there is none', async () => {
  const { code, output } = await preview('pr-12');
  expect(output).toMatch(
    /^Made the public key of the home page.*\ncannot preview version next: expected a URL for pr-12, got none\. Enable preview URLs/,
  );
  expect(code).toBe(1);
  const uploaded = cloudflare.scripts.get(STAGING)?.uploaded;
  const names = (uploaded?.metadata.bindings ?? []).flatMap(({ bucket_name = [], service = [] }) => [
    bucket_name,
    service,
  ]);
  expect(names.flat().sort()).toEqual([
    'tinyvgg-edge-decode-staging',
    'tinyvgg-edge-ort-staging',
    'tinyvgg-keys-staging',
    'tinyvgg-models-staging',
  ]);
  // Nothing inherits a secret: they belong to the Worker of production.
  expect(uploaded?.metadata.bindings.filter(({ type }) => type.startsWith('secret'))).toEqual([]);
  expect(cloudflare.traffic(STAGING)).toEqual({ 'present-staging': 100 });
  const [page] = [...(cloudflare.r2.buckets.get('tinyvgg-keys-staging')?.values() ?? [])];
  expect(String(uploaded?.assets.get('/index.html'))).toContain(`sitekey="${JSON.parse(String(page)).key}"`);
  expect(cloudflare.scripts.get(API)?.uploaded).toBeUndefined();
  expect(cloudflare.r2.buckets.get('tinyvgg-keys')?.size).toBe(0);
  for (const [worker, version] of Object.entries(DEPLOYED))
    expect(cloudflare.traffic(worker)).toEqual({ [version]: 100 });
});

test('names the command that deploys staging when it never was', async () => {
  cloudflare.reset(DEPLOYED);
  const { code, output } = await preview('pr-12');
  expect(output).toMatch(/^cannot upload a preview: .*Run npm run deploy -- --env staging once\.\n$/);
  expect(code).toBe(1);
});

test('rejects an invalid alias', async () => {
  const { code, output } = await preview('PR 12');
  expect(output).toMatch(/^invalid alias: expected .* such as pr-12, got PR 12\n$/);
  expect(code).toBe(1);
});
