/**
 * @file Puts the key of the Worker's own pages into the home page. The key is public and bound to the Worker's origin; without it, visitors of a
 * deployment with keys would get 401.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { ROOT } from '../child-process.ts';
import type { Account } from './cloudflare/account.ts';
import { r2Store } from './cloudflare/r2.ts';
import { ensurePageKey } from './key/records.ts';

/** What `npm run site` builds, without a key. */
const SITE = join(ROOT, 'web/site/build');
const PAGE = 'index.html';
const FIELD = '<fashion-classifier ';

/**
 * Runs `deploy` with the folder of the pages to upload: a copy with the page key, made if the bucket has none yet.
 * @param bucket of the key records; undefined for a Worker without them, whose page has no key
 * @param log receives a line when the key is new, or revoked
 * @param site the folder to copy
 */
export async function withPageKey<T>(
  account: Account,
  bucket: string | undefined,
  log: (line: string) => void,
  deploy: (assets: string) => Promise<T>,
  site = SITE,
): Promise<T> {
  if (bucket === undefined) return deploy(site);
  const page = await ensurePageKey(r2Store(account, bucket));
  if (!page) {
    log(
      'The page key is revoked, so the home page has none. A new one: npm run key -- create page --scope page',
    );
    return deploy(site);
  }
  if (page.created)
    log(
      `Made the public key of the home page, ${page.key}: its visitors can classify photos, at their rate limit.`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-site-'));
  try {
    await cp(site, folder, { recursive: true });
    const html = await readFile(join(folder, PAGE), 'utf8');
    if (html.split(FIELD).length !== 2) {
      throw new ExplainedError({
        kind: 'data',
        what: `cannot put the page key into ${PAGE}`,
        expected: `one ${FIELD}…>`,
        got: `${html.split(FIELD).length - 1}`,
        next: 'Run npm run site.',
      });
    }
    await writeFile(
      join(folder, PAGE),
      html.replace(FIELD, () => `${FIELD}sitekey="${page.key}" `),
    );
    return await deploy(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
