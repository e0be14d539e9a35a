/** @file The field in React, Preact, Vue and Svelte: every attribute, as the framework sets it, and a component that controls the value. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import type { Field } from '../../support/browser/field.ts';
import { FieldSite, useFieldSite } from './field-site.ts';

const FOLDER = join(import.meta.dirname, 'frameworks');
const TROUSER = 'examples/trouser.png';
const NO_PHOTO = { name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') };

const svelte: Plugin = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => ({
      contents: compile(await readFile(path, 'utf8'), { filename: path }).js.code,
    }));
  },
};

const FRAMEWORKS: [name: string, entry: string, options?: BuildOptions][] = [
  ['React 19', 'react.jsx'],
  ['React 18', 'react.jsx', { alias: { react: 'react18', 'react-dom': 'react-dom18' } }],
  ['Preact', 'preact.jsx', { alias: { react: 'preact/hooks' }, jsxImportSource: 'preact' }],
  ['Vue 3', 'vue.js'],
  ['Svelte 5', 'svelte.js', { plugins: [svelte], conditions: ['browser'] }],
];

const TEXTS = {
  ...{
    name: 'garment',
    form: 'offer',
    model: 'tinyvgg',
    mode: 'auto',
    sitekey: 'a-site-key',
    accept: 'image/png',
  },
  ...{ label: 'Your coat', hint: 'One photo, please', 'min-score': 1, top: 2, endpoint: '' },
};
const flags = (isOn: boolean) => ({ required: isOn, disabled: isOn, sign: isOn, 'include-file': isOn });

/** Opens a page with the framework's component. @returns the field, and the function that renders it with attributes */
async function openApp(entry: string, options: BuildOptions = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, entry)],
    ...{ bundle: true, write: false, format: 'iife', globalName: 'app', jsx: 'automatic', minify: true },
    define: { 'process.env.NODE_ENV': '"production"' },
    ...options,
  });
  const field = await on.open('<form id="offer"></form><div id="app"></div>', { policy: '' });
  await on.page.addScriptTag({ content: outputFiles?.[0]?.text ?? '' });
  await on.page.evaluate(() => {
    const { app } = globalThis as unknown as { app: { mount(target: Element): unknown } };
    Object.assign(document.body, { renderApp: app.mount(document.querySelector('#app') as Element) });
  });
  const render = async (attributes: object) => {
    await on.page.evaluate((attributes) => {
      (document.body as unknown as { renderApp(attributes: object): void }).renderApp(attributes);
      return new Promise((settle) => setTimeout(settle, 50));
    }, attributes);
  };
  return { ...field, render };
}

/** Returns the texts of the field's attributes, and its form. */
const attributesOn = () =>
  on.page.evaluate(() => {
    const field = document.querySelector('fashion-classifier') as Field & { form?: HTMLFormElement };
    const attributes = [...field.attributes].map(({ name, value }): [string, string] => [name, value]);
    return { form: field.form?.id, attributes: Object.fromEntries(attributes) };
  });

/** Returns the label that the component holds, and what the form would submit. */
const stateOn = () =>
  on.page.evaluate(() => ({
    label: document.querySelector('output')?.textContent,
    entries: Object.fromEntries(new FormData(document.querySelector('form') as HTMLFormElement)),
    isValid: (document.querySelector('fashion-classifier') as Field).validity.valid,
  }));

const on = new FieldSite();

describeInBrowser('the field in a framework', () => {
  useFieldSite(on);

  it('has a test for each attribute', async () => {
    const { modules } = JSON.parse(await readFile('web/field/custom-elements.json', 'utf8'));
    const names: string[] = modules
      .flatMap(
        (module: { declarations: { name: string; attributes?: { name: string }[] }[] }) =>
          module.declarations,
      )
      .find(({ name }: { name: string }) => name === 'FashionClassifier')
      .attributes.map(({ name }: { name: string }) => name);
    expect([...Object.keys({ ...TEXTS, ...flags(true) }), 'value'].toSorted()).toEqual(names.toSorted());
  });

  it.each(FRAMEWORKS)(
    '%s sets every attribute, and removes those that are false or undefined',
    async (_, entry, options) => {
      const { render } = await openApp(entry, options);
      const texts = { ...TEXTS, endpoint: on.site.endpoint };
      const expected = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, `${value}`]));
      await render({ ...texts, ...flags(true), type: 'text' });
      const { form, attributes } = await attributesOn();
      expect(form).toBe('offer');
      expect(attributes).toMatchObject({ ...expected, type: 'text' });
      expect(Object.keys(attributes)).toEqual(expect.arrayContaining(Object.keys(flags(true))));

      await render({ name: 'garment', ...flags(false), messages: undefined, headers: undefined });
      const after = Object.entries((await attributesOn()).attributes);
      // Preact sets a property to the empty string in place of null.
      expect(after.filter(([name, value]) => value !== '' || name in flags(true))).toEqual([
        ['name', 'garment'],
      ]);
    },
  );

  it.each(FRAMEWORKS)(
    '%s controls the value: it confirms no label, and learns when a label is gone',
    async (_, entry, options) => {
      const { render, pick, reaches, field } = await openApp(entry, options);
      const attributes = { ...TEXTS, endpoint: on.site.endpoint };
      await render({ ...attributes, ...flags(false) });
      await pick(TROUSER);
      await reaches('answered');
      await expect.poll(stateOn).toMatchObject({
        ...{ label: 'Trouser', isValid: false },
        entries: { garment: 'Trouser', 'garment-by': 'model' },
      });
      await render({ ...attributes, top: 3, ...flags(false) });
      expect(await stateOn()).toMatchObject({ isValid: false, entries: { 'garment-by': 'model' } });

      await pick(NO_PHOTO);
      await reaches('failed');
      await expect.poll(stateOn).toEqual({ label: '', isValid: true, entries: {} });
      await field.locator('select').selectOption('Bag');
      await expect.poll(stateOn).toEqual({
        ...{ label: 'Bag', isValid: true },
        entries: { garment: 'Bag', 'garment-by': 'person' },
      });
    },
  );
});
