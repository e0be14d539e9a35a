/**
 * @file A step of `npm run deploy`: puts the field's files that are named by their content into the bucket. Pages that embed them by
 * these addresses, with an integrity hash, get them from there once a later deployment no longer has them (edge/pinned-assets.ts).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { isKept, keyOf } from '../edge/pinned-assets.ts';
import { DEFAULT_BUCKET } from '../train/store/open.ts';

const { values } = parseArgs({
  options: { local: { type: 'boolean', default: false }, 'persist-to': { type: 'string' } },
});
const SITE = join(import.meta.dirname, '../web/site/build');

const files = readdirSync(SITE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name))
  .map((file) => ({ path: `/${relative(SITE, file).split(sep).join('/')}`, file }))
  .filter(({ path }) => isKept(path));

const folder = mkdtempSync(join(tmpdir(), 'tinyvgg-keep-'));
try {
  const list = join(folder, 'files.json');
  writeFileSync(list, JSON.stringify(files.map(({ path, file }) => ({ key: keyOf(path), file }))));
  const where = values.local ? ['--local'] : ['--remote'];
  if (values['persist-to'] !== undefined) where.push('--persist-to', values['persist-to']);
  execFileSync('wrangler', ['r2', 'bulk', 'put', DEFAULT_BUCKET, '--filename', list, ...where], {
    stdio: 'inherit',
  });
} finally {
  rmSync(folder, { recursive: true });
}
