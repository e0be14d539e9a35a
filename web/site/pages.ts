/** @file The files of the pages: markup, scripts and styles bundled by esbuild, pictures and models; and their headers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { SEEDS } from '#shared/lab-samples.ts';
import { EXAMPLES } from './pages/examples.ts';
import { explorePage } from './pages/explore.ts';
import { indexPage } from './pages/index.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Allows only files of this origin, and nothing inline. An explanation contains its image as a `data:` URL. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Each path has a rule of its own, because Cloudflare joins the headers of all rules that match. A worker has the policy of its own
 * file, so only the photo worker may compile WebAssembly.
 */
export const PAGE_HEADERS = `${['/', '/explore', '/docs']
  .map(
    (path) => `${path}
  content-security-policy: ${POLICY}
  referrer-policy: no-referrer
  cross-origin-opener-policy: same-origin
  permissions-policy: camera=(self), microphone=(), geolocation=()
`,
  )
  .join('')}/photo-worker.js
  content-security-policy: default-src 'none'; connect-src 'self'; script-src 'wasm-unsafe-eval'
`;

/** The scripts of the pages: entry points and names of their bundles. */
export const SCRIPTS = [
  { in: 'web/explore/main.ts', out: 'explore' },
  { in: 'web/explore/lab/main.ts', out: 'explore-lab' },
  { in: 'web/try/main.ts', out: 'try' },
  { in: 'web/picture/photo-worker.ts', out: 'photo-worker' },
  { in: 'web/reference/main.ts', out: 'docs' },
];

/** Returns the files by their paths. */
export async function pageFiles(): Promise<Map<string, string | Uint8Array>> {
  const copied = [
    ['icon.svg', 'web/site/icon.svg'],
    ['examples/explorer.png', 'examples/explorer.png'],
    ['photo.wasm', 'shared/input/garment/build/photo.wasm'],
    ['release/lab/records.json', 'release/lab/records.json'],
    ...Array.from({ length: SEEDS }, (_, seed) => `release/lab/samples/${seed}.png`).map((path) => [
      path,
      path,
    ]),
    ...['tinyvgg', 'lab/v0', 'lab/v1', 'lab/tinyvgg'].flatMap((name) =>
      ['onnx', 'json'].map((file) => [`release/${name}.${file}`, `release/${name}.${file}`]),
    ),
    ...['outline.svg', 'input.png'].map((name) => [`examples/answer/${name}`, `examples/answer/${name}`]),
    ...EXAMPLES.flatMap(({ name }) =>
      [`examples/${name}.png`, `examples/small/${name}.png`].map((path) => [path, path]),
    ),
  ];
  const files = await Promise.all(
    copied.map(async ([to, from]): Promise<[string, Uint8Array]> => [to, await readFile(join(ROOT, from))]),
  );
  return new Map<string, string | Uint8Array>([
    ['index.html', `${indexPage()}`],
    ['explore.html', `${explorePage()}`],
    ...(await bundles()),
    ...files,
  ]);
}

async function bundles(): Promise<[string, Uint8Array][]> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      ...SCRIPTS,
      ...['explore', 'explore-lab', 'try', 'docs', 'page'].map((name) => ({
        in: `web/site/style/${name}.css`,
        out: name,
      })),
    ],
    outdir: '.',
    write: false,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    logLevel: 'warning',
  });
  return outputFiles.map(({ path, contents }) => [path.slice(ROOT.length + 1), contents]);
}
