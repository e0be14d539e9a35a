/**
 * @file A step of `npm run deploy` and `npm run rollout`: copies the field's content-hashed files to the bucket. Pages embed them by
 * these URLs with an integrity hash. After a later deployment, the Worker serves them from the bucket (edge/pinned-assets.ts).
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { Command } from 'commander';
import { isPinnedAsset, pinnedAssetKey } from '../../edge/pinned-assets.ts';
import { DEFAULT_BUCKET } from '../../train/store/open.ts';
import { ROOT, WRANGLER } from '../child-process.ts';
import { runCommand } from '../command.ts';
import { requireLogin } from './cloudflare/login.ts';
import { runVisibly } from './cloudflare/wrangler.ts';

const SITE = join(ROOT, 'web/site/build');

interface Flags {
  local?: boolean;
  persistTo?: string;
}

async function main({ local, persistTo }: Flags): Promise<void> {
  if (!local) await requireLogin();
  const files = readdirSync(SITE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => ({ path: `/${relative(SITE, file).split(sep).join('/')}`, file }))
    .filter(({ path }) => isPinnedAsset(path));

  const folder = mkdtempSync(join(tmpdir(), 'tinyvgg-assets-'));
  try {
    const list = join(folder, 'files.json');
    writeFileSync(list, JSON.stringify(files.map(({ path, file }) => ({ key: pinnedAssetKey(path), file }))));
    const where = local ? ['--local'] : ['--remote'];
    if (persistTo !== undefined) where.push('--persist-to', persistTo);
    await runVisibly([WRANGLER, 'r2', 'bulk', 'put', DEFAULT_BUCKET, '--filename', list, ...where]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await runCommand(
  new Command('infra/deploy/pin-assets.ts')
    .description('Copies the field’s content-hashed files to the bucket, so that older pages keep working.')
    .option('--local', 'the bucket of `npm start` on this machine')
    .option('--persist-to <folder>', 'folder of the local bucket')
    .action(main),
);
