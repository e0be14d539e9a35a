/**
 * @file `npm run site`: the files that the Worker's address serves without the Worker, in edge/site/build. `npm ci` runs it, as
 * wrangler wants the folder (`[assets]` in wrangler.toml). Where a file has a path, no request for it wakes an isolate.
 *
 * `_headers` says what goes along with which path:
 * https://developers.cloudflare.com/workers/static-assets/headers/
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOCS_POLICY, docsPage } from './docs/page.ts';

const openapi = await readFile(join(import.meta.dirname, '../openapi/openapi.json'), 'utf8');

/** Public, unlike answers: pages of any origin may read the document, and an explorer of another origin does. */
const HEADERS = `/*
  x-content-type-options: nosniff
/docs
  content-security-policy: ${DOCS_POLICY}
/openapi.json
  access-control-allow-origin: *
`;

const files = {
  'docs.html': await docsPage(JSON.parse(openapi)),
  'openapi.json': openapi,
  _headers: HEADERS,
};

const folder = join(import.meta.dirname, 'build');
await rm(folder, { recursive: true, force: true });
await mkdir(folder);
for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
