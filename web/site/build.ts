/**
 * @file `npm run site`: the files that the Worker's address serves without the Worker, in web/site/build. `npm ci` runs it, as
 * wrangler wants the folder (`[assets]` in wrangler.toml). Where a file has a path, no request for it wakes an isolate.
 *
 * `_headers` says what goes along with which path:
 * https://developers.cloudflare.com/workers/static-assets/headers/
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { docsPage } from './docs/page.ts';
import { fieldFiles, fieldHeaders } from './field.ts';
import { PAGE_HEADERS, pageFiles } from './pages.ts';

const openapi = await readFile(join(import.meta.dirname, '../../edge/openapi/openapi.json'), 'utf8');
const document = JSON.parse(openapi);

const field = await fieldFiles(document.info.version);

/** Public, unlike answers: pages of any origin may read the document, and an explorer of another origin does. */
const HEADERS = `/*
  x-content-type-options: nosniff
/openapi.json
  access-control-allow-origin: *
${PAGE_HEADERS}${fieldHeaders(field)}`;

const files = new Map<string, string | Uint8Array>([
  ['docs.html', docsPage(document)],
  ['openapi.json', openapi],
  ['_headers', HEADERS],
  ...field,
  ...(await pageFiles()),
]);

const folder = join(import.meta.dirname, 'build');
await rm(folder, { recursive: true, force: true });
for (const [path, content] of files) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
