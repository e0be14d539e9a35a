/** @file The licences of what is deployed, which the Worker serves as /licences.txt. */
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../infra/child-process.ts';
import { DECODERS, DEPLOYED, librariesOf, licencesOf } from '../../../web/site/licences/licences.ts';
import { SCRIPTS } from '../../../web/site/pages.ts';

const WORKERS = ['edge/worker.ts', 'edge/decode/worker.ts', 'edge/engine/ort-worker.ts'];

/** Returns the libraries whose JavaScript is in the bundles of these modules. */
async function librariesIn(modules: string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: modules,
    external: ['*.wasm?module', '*.wasm?url', '*.onnx', 'cloudflare:*', 'node:*'],
    loader: { '.svg': 'text', '.css': 'text' },
    ...{ bundle: true, write: false, metafile: true, format: 'esm', outdir: ROOT, logLevel: 'error' },
    conditions: ['workerd', 'worker', 'browser'],
  });
  const paths = Object.keys(metafile.inputs).filter((path) => path.startsWith('node_modules/'));
  return librariesOf(paths.map((path) => path.slice('node_modules/'.length)));
}

describe('the licences of what is deployed', () => {
  it('are those of all libraries in the Workers and the pages', async () => {
    const scripts = [...SCRIPTS.map(({ in: path }) => path), 'web/field/field.ts'];
    const bundled = await librariesIn([...WORKERS, ...scripts]);
    expect(new Set([...bundled, ...DECODERS])).toEqual(new Set(DEPLOYED));
  });

  it('include the notices of the C libraries that are compiled into the decoders', async () => {
    const text = await licencesOf(DEPLOYED);
    expect(text).toContain('This software is based in part on the work of the Independent JPEG Group.');
    for (const name of ['D. R. Commander', 'Google Inc.', 'Joe Drago', 'Alliance for Open Media'])
      expect(text).toMatch(new RegExp(`Copyright.* ${name.replaceAll('.', '\\.')}`));
    for (const library of DEPLOYED) expect(text).toContain(`${library} `);
  });

  it('name no C library that a package does not contain', async () => {
    const text = await licencesOf(['@jsquash/webp']);
    expect(text).toContain('libwebp');
    expect(text).not.toMatch(/libaom|libjpeg-turbo/);
  });
});
