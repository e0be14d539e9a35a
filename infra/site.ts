/**
 * @file Builds the pages and their scripts into .site, the folder that wrangler.toml names as static assets. `npm ci` and
 * `npm run site` run it.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { EXAMPLES } from '../edge/site/pages/examples.ts';
import { explorePage } from '../edge/site/pages/explore.ts';
import { HEADERS } from '../edge/site/pages/headers.ts';
import { indexPage } from '../edge/site/pages/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, '.site');
const from = (path: string): string => join(ROOT, path);

await rm(OUT, { recursive: true, force: true });
await mkdir(join(OUT, 'release/lab'), { recursive: true });
await mkdir(join(OUT, 'examples'));
await build({
  entryPoints: {
    explore: from('edge/site/explore/main.ts'),
    demo: from('edge/site/demo/main.ts'),
    'photo-worker': from('edge/site/picture/photo-worker.ts'),
  },
  outdir: OUT,
  bundle: true,
  format: 'esm',
  target: 'es2024',
  minify: true,
  sourcemap: true,
  logLevel: 'warning',
});
await build({
  entryPoints: ['site', 'explore', 'demo'].map((name) => from(`edge/site/style/${name}.css`)),
  outdir: OUT,
  bundle: true,
  minify: true,
  logLevel: 'warning',
});
await Promise.all([
  writeFile(join(OUT, 'index.html'), `${indexPage()}`),
  writeFile(join(OUT, 'explore.html'), `${explorePage()}`),
  writeFile(join(OUT, '_headers'), HEADERS),
  cp(from('edge/site/icon.svg'), join(OUT, 'icon.svg')),
  ...['tinyvgg', 'lab/v0', 'lab/v1', 'lab/tinyvgg'].flatMap((name) =>
    ['onnx', 'json'].map((file) => cp(from(`release/${name}.${file}`), join(OUT, `release/${name}.${file}`))),
  ),
  cp(from('release/lab/records.json'), join(OUT, 'release/lab/records.json')),
  ...EXAMPLES.map(({ name }) => cp(from(`examples/${name}.png`), join(OUT, `examples/${name}.png`))),
]);
