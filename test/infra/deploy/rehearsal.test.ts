/**
 * @file The guide of docs/deploy.md on an empty account, from its first command to the first answer: its own lines in a shell, the real
 * wrangler, a local stand-in for Cloudflare, and then the uploaded Workers, pages and objects.
 * @module-tag slow
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deploymentOf } from '../../../infra/deploy/cloudflare/workers.ts';
import { withPages } from '../../../infra/deploy/pages.ts';
import { ensureBuckets, ensureModel } from '../../../infra/deploy/prepare.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { describeInBrowser, launchChromium } from '../../support/browser/chromium.ts';
import { BARE, type Ended, run } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../../support/worker.ts';
import { ACCOUNT, LocalCloudflare } from './local-cloudflare.ts';
import { writeWorker } from './uploaded-worker.ts';

/** A domain of the account. Chromium visits hosts below `.dev` by https only. */
const HOST = 'tinyvgg.example';
const WORKERS = ['tinyvgg-edge', 'tinyvgg-edge-ort', 'tinyvgg-edge-decode'];

/** The code blocks of the guide's steps 1 to 5, which lead to the first answer. */
function guideBlocks(): string[] {
  const [, guide = ''] =
    /## First deployment\n([\s\S]*?)\n6\. /.exec(readFileSync('docs/deploy.md', 'utf8')) ?? [];
  return [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block.replaceAll(/^ +/gm, ''));
}

const cloudflare = new LocalCloudflare();
const home = temporaryFolder();
let origin: string;
let env: Record<string, string | undefined>;
let worker: RunningWorker | undefined;
let smokeKey = '';

beforeAll(async () => {
  const started = await cloudflare.start();
  origin = started.origin;
  // A token in place of the login in a browser. The account is looked up.
  const token = { CLOUDFLARE_API_BASE_URL: started.api, CLOUDFLARE_API_TOKEN: 'token' };
  const PATH = `${process.cwd()}/node_modules/.bin:${BARE.PATH}`;
  env = { ...BARE, PATH, HOME: home, CI: 'true', ...token };
});
afterAll(async () => {
  vi.unstubAllEnvs();
  cloudflare.stop();
  await worker?.stop();
});

/** Runs lines of the guide, and logs them with their output. */
async function shell(lines: string, environment = env): Promise<Ended> {
  const text = lines.replaceAll(`https://tinyvgg-edge.<name>.workers.dev`, origin);
  const ended = await run('bash', ['-e', '-o', 'pipefail', '-c', text], { env: environment });
  console.log(`$ ${text.trim().replaceAll('\n', '\n$ ')}\n${ended.output}`);
  return ended;
}

/** Runs `npm run key` without npm, which takes longer than the command. */
const keyCommand = (args: string): Promise<Ended> => shell(`node infra/deploy/key.ts ${args}`);

/** Runs the uploaded Workers, with the objects of the buckets, behind the edge. */
async function goLive(): Promise<void> {
  const folder = temporaryFolder();
  const configs = WORKERS.map((name) => {
    const uploaded = cloudflare.scripts.get(name)?.uploaded;
    if (!uploaded) throw new Error(`${name} was not uploaded`);
    return writeWorker(join(folder, name), name, uploaded);
  });
  const running = await startWorker({ configs });
  worker = running;
  const write = async (bucket: string, key: string, bytes: Buffer) => {
    await openLocalStore(running.origin, bucket).put(key, new Uint8Array(bytes), 'application/octet-stream');
  };
  for (const [bucket, objects] of cloudflare.r2.buckets)
    for (const [key, bytes] of objects) await write(bucket, key, bytes);
  cloudflare.r2.onWrite = async (bucket, ...object) => {
    if (!bucket.endsWith('-staging')) await write(bucket, ...object);
  };
  cloudflare.host = HOST;
  const [version = ''] = Object.keys(cloudflare.traffic());
  cloudflare.origins.set(version, running.origin);
}

test('without R2, npm run deploy says in one line how to enable it', async () => {
  cloudflare.r2.enabled = false;
  const { code, stdout, stderr } = await shell('npm run --silent deploy');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^GET .*\/r2\/buckets\/tinyvgg-models: .*Enable R2 in the dashboard.*\n$/);
  expect(code).toBe(1);
  cloudflare.r2.enabled = true;
});

test('the guide’s deployment makes everything that the Workers need', async () => {
  const [deploy = ''] = guideBlocks();
  expect(deploy).toBe('npm run deploy\n');
  const { code, output } = await shell(deploy);
  expect(output).toContain('Created the bucket tinyvgg-models.\nCreated the bucket tinyvgg-keys.\n');
  expect(output).toMatch(
    /The bucket had no model: pushed tinyvgg [0-9a-f]{12}, the bundled release, as stable\./,
  );
  expect(output).toMatch(/Made the public key of the home page, site_[\w-]{22}:/);
  expect(output).toContain('https://tinyvgg-edge.example.workers.dev');
  // wrangler warns that the credentials of the local buckets are experimental, and of nothing else.
  expect(output).not.toMatch(/error|failed/i);
  for (const [, warning = ''] of output.matchAll(/WARNING[^\n]*\n\n([^\n]*)/g))
    expect(warning).toMatch(/local_dev.experimental_s3_credentials/);
  expect(code).toBe(0);
  const assets = cloudflare.scripts.get('tinyvgg-edge')?.uploaded?.assets;
  for (const page of ['/index.html', '/explore.html', '/docs.html']) {
    const [, address = ''] = /property="og:image" content="([^"]+)"/.exec(String(assets?.get(page))) ?? [];
    expect(new URL(address).origin).toBe('https://tinyvgg-edge.example.workers.dev');
    expect(assets?.has(new URL(address).pathname)).toBe(true);
  }
  await goLive();
});

test('the guide’s key and smoke test lead to the first answer', async () => {
  const [, key = '', first = ''] = guideBlocks();
  const { code, output, stdout } = await shell(`${key}echo "the key: $SMOKE_KEY"\n${first}`);
  expect(output.match(/^ok {2}/gm)).toHaveLength(8);
  expect(output).toMatch(/"label":"Trouser"/);
  expect(output).toMatch(/"alias":"stable"/);
  expect(code).toBe(0);
  smokeKey = /the key: (tinyvgg_[\w-]{43})/.exec(stdout)?.[1] ?? '';
});

describeInBrowser('the home page', () => {
  test('classifies an example for a visitor who has no key', async () => {
    const { port } = new URL(origin);
    const browser = await launchChromium([`--host-resolver-rules=MAP ${HOST} 127.0.0.1:${port}`]);
    try {
      const page = await browser.newPage();
      const statuses: number[] = [];
      page.on('response', (response) => {
        if (response.url().includes('/v1/classify')) statuses.push(response.status());
      });
      await page.goto(`http://${HOST}/`);
      await page.locator('html[data-ready]').waitFor();
      await page.locator('[data-example="trouser"]').click();
      await expect
        .poll(() =>
          page
            .locator('fashion-classifier')
            .evaluate((field) => (field as unknown as { value: string }).value),
        )
        .toBe('Trouser');
      expect(statuses).toEqual([200]);
    } finally {
      await browser.close();
    }
  });
});

describe('afterwards', () => {
  test('programs without a key get 401, and the page’s key works only on its origin', async () => {
    const [page] =
      JSON.stringify([...(cloudflare.r2.buckets.get('tinyvgg-keys')?.values() ?? [])].map(String)).match(
        /site_[\w-]{22}/,
      ) ?? [];
    const classify = (headers: Record<string, string>) =>
      fetch(`${origin}/v1/classify`, { method: 'POST', body: readFileSync('examples/trouser.png'), headers });
    expect((await classify({})).status).toBe(401);
    const foreign = await classify({ 'x-site-key': String(page), origin: 'https://shop.example' });
    expect(await foreign.json()).toMatchObject({ type: '/problems/wrong-origin' });
    expect((await classify({ authorization: `Bearer ${smokeKey}` })).status).toBe(200);
  });

  test('npm run key lists and revokes keys', async () => {
    await keyCommand('create smoke --scope classify --expires 90d');
    const list = async () => (await keyCommand('list')).stdout.trim().split('\n');
    expect(await list()).toEqual([
      expect.stringMatching(/^ID +name +scopes +models +created +state$/),
      expect.stringMatching(/^[0-9a-f]{8} +page +page +all +\S+ +active$/),
      expect.stringMatching(/^[0-9a-f]{8} +smoke +classify,verify,metrics +all +\S+ +active$/),
      expect.stringMatching(/^[0-9a-f]{8} +smoke +classify +all +\S+ +expires \S+$/),
    ]);
    const ambiguous = await keyCommand('revoke smoke');
    expect(ambiguous.output).toMatch(
      /^cannot revoke smoke: expected the ID of one key, got the name of several: /,
    );
    expect(ambiguous.code).toBe(1);
    const [, , earlier = ''] = await list();
    const id = earlier.slice(0, 8);
    const { stdout } = await keyCommand(`revoke ${id}`);
    expect(stdout).toBe(`Revoked the key ${id} of smoke. The Worker refuses it within 60 seconds.\n`);
    expect((await list())[2]).toMatch(/revoked \S+$/);
    const unknown = await keyCommand('revoke nobody');
    expect(unknown.output).toMatch(
      /^cannot revoke nobody: expected the name or the ID of a key .*, got nobody\. /,
    );
  });

  test('a revoked key is refused within 60 seconds', async () => {
    const headers = { authorization: `Bearer ${smokeKey}` };
    const end = Date.now() + 61_000;
    await expect
      .poll(
        async () => {
          const response = await fetch(`${origin}/metrics`, { headers });
          return response.status;
        },
        { timeout: 75_000, interval: 2_000 },
      )
      .toBe(401);
    expect(Date.now()).toBeLessThan(end + 5_000);
  });

  test('a second deployment creates no bucket, pushes no model and keeps the page’s key', async () => {
    vi.stubEnv('CLOUDFLARE_API_BASE_URL', env.CLOUDFLARE_API_BASE_URL);
    const account = { id: ACCOUNT, token: 'token' };
    const deployment = deploymentOf('production');
    const log: string[] = [];
    const add = (line: string) => void log.push(line);
    const keys = cloudflare.r2.buckets.get(deployment.buckets.keys ?? '');
    const before = keys?.size;
    await ensureBuckets(account, deployment, add);
    await ensureModel(account, deployment, add);
    const page = await withPages(account, deployment, add, (folder) =>
      readFile(join(folder, 'index.html'), 'utf8'),
    );
    expect(log).toEqual([]);
    expect(keys?.size).toBe(before);
    const [, key = ''] = /sitekey="(site_[\w-]{22})"/.exec(page) ?? [];
    const uploaded = cloudflare.scripts.get('tinyvgg-edge')?.uploaded?.assets.get('/index.html');
    expect(String(uploaded)).toContain(`sitekey="${key}"`);
  });

  test('staging has names of its own in everything that is uploaded', async () => {
    const { code, output } = await shell('node infra/deploy/deploy.ts --env staging');
    expect(output).toContain(
      'Created the bucket tinyvgg-models-staging.\nCreated the bucket tinyvgg-keys-staging.\n',
    );
    expect(code).toBe(0);
    for (const name of WORKERS) {
      const { metadata } = cloudflare.scripts.get(`${name}-staging`)?.uploaded ?? {};
      const names = (metadata?.bindings ?? []).flatMap(({ bucket_name = [], service = [] }) =>
        [bucket_name, service].flat(),
      );
      for (const one of names) expect(one).toMatch(/-staging$/);
    }
    expect(cloudflare.r2.buckets.get('tinyvgg-models-staging')?.has('aliases/tinyvgg/stable.json')).toBe(
      true,
    );
  });
});
