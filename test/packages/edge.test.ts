/**
 * @file tinyvgg-edge as its users install it: with TypeScript, frameworks, bundlers, on pages without a bundler, and on servers.
 * @module-tag slow
 */
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser/chromium.ts';
import { fieldOn } from '../support/browser/field.ts';
import { sharedChromium } from '../support/browser/shared-servers.ts';
import { expectSuccess, run } from '../support/command.ts';
import { createProject, describeWithRegistry, type Project } from '../support/npm-project.ts';
import { sharedWorker } from '../support/shared-worker.ts';
import { serveFolder } from './folder-server.ts';
import { NODES, nodeOf, readmeExamples, tarball } from './packages.ts';

const SOURCES = join(import.meta.dirname, 'projects/edge');
const TROUSER = 'examples/trouser.png';

/** vue-tsc and svelte-check need TypeScript 5 or 6, so TypeScript 7 has another name. */
const TOOLS = {
  ...{ typescript: '5.9', typescript7: 'npm:typescript@7', esbuild: '0.28' },
  ...{ vite: '8', '@vitejs/plugin-vue': '6', '@sveltejs/vite-plugin-svelte': '7' },
  ...{ react: '19', 'react-dom': '19', '@types/react': '19', '@types/react-dom': '19' },
  ...{ 'react18-types': 'npm:@types/react@18', vue: '3', 'vue-tsc': '3', svelte: '5', 'svelte-check': '4' },
};

await describeWithRegistry('tinyvgg-edge, installed', () => {
  let project: Project;

  beforeAll(async () => {
    const dependencies = { 'tinyvgg-edge': `file:${await tarball('tinyvgg-edge')}` };
    project = await createProject({ dependencies, devDependencies: TOOLS }, SOURCES);
    await project.write({
      'src/snippet.tsx': await readmeSnippet(),
      ...(await readmeExamples('tinyvgg-edge', 'src')),
    });
    return () => project.remove();
  });

  describe('types, checked strictly and with those of the libraries', () => {
    // vue-tsc and svelte-check check the rest with TypeScript 5.9.
    it.each([
      ['TypeScript 5.9', 'bundler', 'typescript', 'tsconfig.react.json'],
      ['TypeScript 5.9', 'nodenext', 'typescript', 'tsconfig.nodenext.json'],
      ['TypeScript 7', 'bundler', 'typescript7', 'tsconfig.json'],
      ['TypeScript 7', 'nodenext', 'typescript7', 'tsconfig.nodenext.json'],
    ])('%s with moduleResolution %s', async (_name, _resolution, compiler, config) => {
      await expectSuccess(compile(compiler, config));
    });

    it('React 18', async () => {
      await expectSuccess(compile('typescript7', 'tsconfig.react18.json'));
    });

    it('templates of Vue', async () => {
      await expectSuccess(project.run('vue-tsc', ['--project', 'tsconfig.templates.json']));
    });

    it('components of Svelte', async () => {
      await expectSuccess(project.run('svelte-check', ['--tsconfig', 'tsconfig.templates.json']));
    });

    const compile = (compiler: string, config: string) =>
      run(process.execPath, [join('node_modules', compiler, 'bin/tsc'), '--project', config], {
        cwd: project.folder,
      });
  });

  it.each(NODES)('servers can import the field and the client (%s)', async (node) => {
    const script = `
      const modules = ['field', 'client', 'react', 'vue', 'svelte'].map((name) => import('tinyvgg-edge/' + name));
      const [{ ImageClassifier }, { createClient }] = await Promise.all(modules);
      console.log(ImageClassifier.formAssociated, createClient('https://example.com').v1.models.$url().href);`;
    const { stdout } = await expectSuccess(
      run(await nodeOf(node), ['--input-type=module', '--eval', script], { cwd: project.folder }),
    );
    expect(stdout).toBe('true https://example.com/v1/models\n');
  });

  describeInBrowser('in Chromium', () => {
    let browser: Browser;
    let endpoint: string;

    beforeAll(async () => {
      [browser, { origin: endpoint }] = await Promise.all([sharedChromium(), sharedWorker()]);
    });
    afterAll(() => browser.close());

    /** Opens a page of a folder, and passes it the address of the Worker. */
    async function open(folder: string, path: string): Promise<Page> {
      const { origin, close } = await serveFolder(folder);
      const page = await (await browser.newContext()).newPage();
      page.on('close', close);
      await page.goto(`${origin}/${path}?endpoint=${encodeURIComponent(endpoint)}`);
      return page;
    }

    /** Gives a photo to the first field of the page. @returns the label that the page shows then */
    async function classify(page: Page): Promise<string | null> {
      const { pick, reaches } = fieldOn(page, 'image-classifier[mode]');
      await pick(TROUSER);
      await reaches('answered');
      return page.locator('output').textContent();
    }

    describe('Vite', () => {
      beforeAll(async () => {
        const { output } = await expectSuccess(project.run('vite', ['build']));
        expect(output).not.toMatch(/warn|doesn't exist/i);
      });

      it.each(['react', 'vue', 'svelte'])(
        'builds a page with %s that classifies on the device',
        async (name) => {
          const page = await open(join(project.folder, 'dist'), `${name}.html`);
          expect(await classify(page)).toBe('Trouser');
          await page.close();
        },
      );

      it('serves the page in development', async () => {
        const { promise, resolve } = Promise.withResolvers<string>();
        const server = new AbortController();
        const ended = project.run('vite', ['--host', '127.0.0.1', '--port', '0'], {
          env: { ...process.env, NO_COLOR: '1' },
          onOutput(output, child) {
            server.signal.addEventListener('abort', () => child.kill());
            const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
            if (origin) resolve(origin);
          },
        });
        try {
          const page = await (await browser.newContext()).newPage();
          await page.goto(`${await promise}/react.html?endpoint=${encodeURIComponent(endpoint)}`);
          expect(await classify(page)).toBe('Trouser');
          await page.close();
        } finally {
          server.abort();
          await ended;
        }
      });

      it('builds the snippet of the README as a component of React', async () => {
        const page = await open(join(project.folder, 'dist'), 'react.html');
        const field = page.locator('form image-classifier[name=garment]');
        expect(await field.evaluate((element) => element.matches(':state(empty)'))).toBe(true);
        await page.close();
      });
    });

    it('esbuild builds a page that classifies on the device, with the modules copied beside it', async () => {
      const out = join(project.folder, 'out');
      const options = ['--bundle', '--splitting', '--format=esm', `--outdir=${out}`];
      await expectSuccess(project.run('esbuild', ['src/page.ts', ...options]));
      const parts = join(project.folder, 'node_modules/tinyvgg-edge/field');
      for (const name of await readdir(parts)) {
        if (name.endsWith('.wasm')) await cp(join(parts, name), join(out, name));
      }
      await project.write({
        'out/index.html': '<!doctype html><body><script type="module" src="page.js"></script>',
      });
      const page = await open(out, 'index.html');
      expect(await classify(page)).toBe('Trouser');
      await page.close();
    });

    it.each(['edge', 'local'])('a page without a bundler classifies with mode="%s"', async (mode) => {
      await project.write({
        [`${mode}.html`]: `<!doctype html><script type="module" src="node_modules/tinyvgg-edge/field.js"></script>
<form><image-classifier name="garment" mode="${mode}" endpoint="${endpoint}"></image-classifier><output></output></form>
<script>addEventListener('result', ({ detail }) => (document.querySelector('output').value = detail.predictions[0].label))</script>`,
      });
      const page = await open(project.folder, `${mode}.html`);
      expect(await classify(page)).toBe('Trouser');
      await page.close();
    });
  });
});

/** Returns a component of React with the markup that the README shows. */
async function readmeSnippet(): Promise<string> {
  const markup = /<form [\s\S]*?<\/form>/.exec(await readFile('README.md', 'utf8'))?.[0];
  return `export const Snippet = () => (\n${markup}\n);\n`;
}
