/** @file The field as a package: its custom-elements manifest, and its import by servers and bundlers. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { expectSuccess, runNode } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SOURCES = 'web/field';

interface Named {
  name: string;
}

interface Manifest {
  modules: {
    declarations: (Named &
      Record<'cssParts' | 'cssProperties' | 'attributes' | 'cssStates' | 'slots' | 'events', Named[]>)[];
  }[];
}

it('custom-elements.json is up to date; npm run manifest generates it', async () => {
  const folder = temporaryFolder();
  const analyzer = 'node_modules/@custom-elements-manifest/analyzer/cem.js';
  const options = ['--config', 'web/field/manifest.config.mjs', '--outdir', relative('.', folder)];
  await expectSuccess(runNode([analyzer, 'analyze', ...options]));
  const [made, kept] = await Promise.all(
    [folder, SOURCES].map((place) => readFile(join(place, 'custom-elements.json'), 'utf8')),
  );
  expect(kept).toBe(made);
});

it.each(['ImageClassifier', 'FashionClassifier'])(
  'custom-elements.json lists every part, custom property, attribute, slot, event and state of %s',
  async (element) => {
    const manifest: Manifest = JSON.parse(await readFile(join(SOURCES, 'custom-elements.json'), 'utf8'));
    const declarations = manifest.modules.flatMap(({ declarations }) => declarations);
    const declared = declarations.find(({ name }) => name === element);
    const names = (list: Named[] = []) => list.map(({ name }) => name).toSorted();
    const files = (await readdir(SOURCES)).filter((name) => name.endsWith('.ts'));
    const source = (await Promise.all(files.map((name) => readFile(join(SOURCES, name), 'utf8')))).join();
    const found = (pattern: RegExp) =>
      [...new Set([...source.matchAll(pattern)].flatMap(([, name = '']) => name.split(' ')))].toSorted();
    const parts = [...found(/part: ['`]([\w ]*\w)/g), ...found(/(?:icon|button|slotted)\('([\w ]+)'/g)];
    expect(names(declared?.cssParts)).toEqual([...new Set(parts)].toSorted());
    expect(names(declared?.cssProperties)).toEqual(found(/var\((--fashion-\w+)/g));
    expect(names(declared?.attributes)).toEqual(
      [
        ...new Set([
          ...found(/(?<!Con)text\('([\w-]+)'\)/g),
          ...found(/hasAttribute\('([\w-]+)'\)/g),
          ...['name', 'value', 'form'],
        ]),
      ].toSorted(),
    );
    const slots = [...found(/slotted\('(\w+)'/g), ...found(/slot', \{ name: '(\w+)'/g)];
    expect(names(declared?.slots)).toEqual(slots.toSorted());
    const events = [...found(/fire\('(\w+)'/g), ...found(/new Event\('(\w+)'/g)];
    expect(names(declared?.events)).toEqual([...new Set(events)].toSorted());
    const states = [...found(/toggleState\([\w.]+, '([\w-]+)'/g), ...found(/kind: '(\w+)'/g)];
    expect(names(declared?.cssStates)).toEqual([...new Set(states)].toSorted());
  },
);

it('tinyvgg-edge/field can be imported by servers, and bundled with all its lazily loaded files', async () => {
  // In a variable, so that TypeScript does not resolve it: this project has no DOM types.
  const field = 'tinyvgg-edge/field';
  const { FashionClassifier } = await import(field);
  expect(FashionClassifier.formAssociated).toBe(true);
  const { errors, warnings, outputFiles } = await build({
    stdin: { contents: `import '${field}';`, resolveDir: '.' },
    ...{ bundle: true, splitting: true, format: 'esm', outdir: 'out', write: false },
  });
  expect([errors, warnings]).toEqual([[], []]);
  const names = outputFiles.map(({ path }) => basename(path).replace(/-.*/, ''));
  expect(names).toEqual(expect.arrayContaining(['classifier', 'classify', 'de', 'es', 'fr', 'jpeg', 'zh']));
});
