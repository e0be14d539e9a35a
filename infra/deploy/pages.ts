/**
 * @file The pages as a deployment uploads them: with the key of the home page and the address of the preview picture.
 *
 * The key is public and bound to the Worker's origin; without it, visitors of a deployment with keys would get 401. Programs that show a link to
 * a page need the whole address of its picture (https://ogp.me).
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { PREVIEW } from '../../web/site/pages/layout.ts';
import { ROOT } from '../child-process.ts';
import type { Account } from './cloudflare/account.ts';
import { r2Store } from './cloudflare/r2.ts';
import { type Deployment, originOf } from './cloudflare/workers.ts';
import { ensurePageKey } from './key/records.ts';

/** What `npm run site` builds, without key and address. */
export const SITE = join(ROOT, 'web/site/build');

const HOME = 'index.html';
const PAGES = [HOME, 'explore.html', 'docs.html'];
const FIELD = '<fashion-classifier ';
const PICTURE = `content="${PREVIEW}"`;

/**
 * Runs `deploy` with the folder of the pages to upload, a copy.
 * @param log receives a line when the page key is new, or no longer valid
 * @param site the folder to copy
 */
export async function withPages<T>(
  account: Account,
  deployment: Deployment,
  log: (line: string) => void,
  deploy: (assets: string) => Promise<T>,
  site = SITE,
): Promise<T> {
  const [key, origin] = [await pageKey(account, deployment, log), await originOf(account, deployment)];
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-site-'));
  try {
    await cp(site, folder, { recursive: true });
    if (key !== undefined) await replaceOnce(join(folder, HOME), FIELD, `${FIELD}sitekey="${key}" `);
    if (origin !== undefined)
      for (const page of PAGES)
        await replaceOnce(join(folder, page), PICTURE, `content="${origin}${PREVIEW}"`);
    return await deploy(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns the key of the home page, made if there is none yet; undefined without a bucket of key records, or when the key is revoked or has expired. */
async function pageKey(
  account: Account,
  { buckets }: Deployment,
  log: (line: string) => void,
): Promise<string | undefined> {
  if (buckets.keys === undefined) return undefined;
  const page = await ensurePageKey(r2Store(account, buckets.keys));
  if (page?.created)
    log(
      `Made the public key of the home page, ${page.key}: its visitors can classify photos, at their rate limit.`,
    );
  if (!page)
    log(
      'The page key is revoked or has expired, so the home page has none. A new one: npm run key -- create page --scope page',
    );
  return page?.key;
}

/** @throws ExplainedError of kind `data` unless the file has the text once */
async function replaceOnce(file: string, text: string, replacement: string): Promise<void> {
  const parts = (await readFile(file, 'utf8')).split(text);
  if (parts.length !== 2) {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot complete ${file}`,
      expected: `one ${text}`,
      got: `${parts.length - 1}`,
      next: 'Run npm run site.',
    });
  }
  await writeFile(file, parts.join(replacement));
}
