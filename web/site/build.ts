/**
 * @file `npm run site`: builds web/site/build, the files that Cloudflare serves without starting the Worker. `npm ci` runs it, because
 * wrangler needs the folder (`[assets]` in wrangler.toml).
 *
 * `_headers` sets headers by path: https://developers.cloudflare.com/workers/static-assets/headers/
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { docsPage } from './docs/page.ts';
import { fieldFiles, fieldHeaders } from './field.ts';
import { DEPLOYED, licencesOf } from './licences/licences.ts';
import { PAGE_HEADERS, pageFiles } from './pages.ts';

const { out } = new Command('npm run site')
  .description('Builds web/site/build: the pages, the field and the API reference.')
  .option('--out <folder>', 'write to this folder, which keeps its other files')
  .showHelpAfterError('Run with --help for usage.')
  .parse()
  .opts<{ out?: string }>();

const openapi = await readFile(join(import.meta.dirname, '../../edge/openapi/openapi.json'), 'utf8');
const document = JSON.parse(openapi);

const field = await fieldFiles(document.info.version);

/** Pages of every origin may read the OpenAPI document, as API explorers on other sites do. */
const HEADERS = `/*
  x-content-type-options: nosniff
/openapi.json
  access-control-allow-origin: *
${PAGE_HEADERS}${fieldHeaders(field)}`;

const files = new Map<string, string | Uint8Array>([
  ['docs.html', docsPage(document)],
  ['openapi.json', openapi],
  ['_headers', HEADERS],
  ['licences.txt', await licencesOf(DEPLOYED)],
  ...field,
  ...(await pageFiles()),
]);

const folder = out ?? join(import.meta.dirname, 'build');
if (out === undefined) await rm(folder, { recursive: true, force: true });
for (const [path, content] of files) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
