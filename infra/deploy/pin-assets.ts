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
import { QUIET, ROOT, WRANGLER } from '../child-process.ts';
import { runCommand } from '../command.ts';
import { requireLogin } from './cloudflare/login.ts';
import { runProgram } from './cloudflare/wrangler.ts';

const SITE = join(ROOT, 'web/site/build');

const HELP = `
Examples:
  npx node infra/deploy/pin-assets.ts
  npx node infra/deploy/pin-assets.ts --local`;

interface Flags {
  bucket: string;
  site: string;
  local?: boolean;
  persistTo?: string;
}

async function main({ bucket, site, local, persistTo }: Flags): Promise<void> {
  if (!local) await requireLogin();
  const files = readdirSync(site, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => ({ path: `/${relative(site, file).split(sep).join('/')}`, file }))
    .filter(({ path }) => isPinnedAsset(path));

  const folder = mkdtempSync(join(tmpdir(), 'tinyvgg-assets-'));
  try {
    const list = join(folder, 'files.json');
    writeFileSync(list, JSON.stringify(files.map(({ path, file }) => ({ key: pinnedAssetKey(path), file }))));
    const where = local ? ['--local'] : ['--remote'];
    if (persistTo !== undefined) where.push('--persist-to', persistTo);
    const args = ['r2', 'bulk', 'put', bucket, '--filename', list, ...where];
    await runProgram(process.execPath, [WRANGLER, ...args], {
      name: `wrangler ${args.join(' ')}`,
      env: QUIET,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await runCommand(
  new Command('infra/deploy/pin-assets.ts')
    .description('Copies the field’s content-hashed files to the bucket, so that older pages keep working.')
    .option('--bucket <name>', 'the bucket', DEFAULT_BUCKET)
    .option('--site <folder>', 'the built pages', SITE)
    .option('--local', 'the bucket of `npm start` on this machine')
    .option('--persist-to <folder>', 'folder of the local bucket')
    .addHelpText('after', HELP)
    .action(main),
);
