/** @file The field's API for scripts: classify(), result, state, their events, and the slot for further buttons. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import type { Field } from '../../support/browser/field.ts';
import { FieldSite, useFieldSite } from './field-site.ts';

const TROUSER = 'examples/trouser.png';
const on = new FieldSite();

/** Opens a page with a field that records its events. */
async function openField(content = '') {
  const field = await on.open(`<fashion-classifier name="g">${content}</fashion-classifier>`);
  await on.page.evaluate(() => {
    const events: string[] = [];
    for (const type of ['statechange', 'result', 'problem', 'input', 'change']) {
      document.addEventListener(type, ({ target }) => {
        events.push(type === 'statechange' ? (target as Field).state : type);
      });
    }
    Object.assign(document.body, { events });
  });
  return field;
}

const events = () =>
  on.page.evaluate(() => (document.body as unknown as { events: string[] }).events.splice(0));

/** Calls classify() with a file's bytes. Returns what it resolved with, and the property `result` after it. */
const classify = (bytes: Uint8Array) =>
  on.page.evaluate(
    async (bytes) => {
      const field = document.querySelector('fashion-classifier') as Field;
      const result = await field.classify(new Blob([new Uint8Array(bytes)]));
      return { result, isProperty: result === field.result };
    },
    [...bytes],
  );

describeInBrowser('the field’s API', () => {
  useFieldSite(on);

  it('classify() resolves with the API’s response, and reports every state in order', async () => {
    await openField();
    const { result, isProperty } = await classify(await readFile(TROUSER));
    expect(isProperty).toBe(true);
    expect(result).toMatchObject({
      model: { name: 'tinyvgg', version: expect.stringMatching(/^[0-9a-f]{64}$/) },
      abstained: null,
      explanation: { image: expect.stringMatching(/^data:image\/png/), steps: expect.any(Array) },
    });
    expect(result?.predictions).toHaveLength(10);
    expect(result?.predictions[0]?.label).toBe('Trouser');
    expect(await events()).toEqual([
      ...['preparing', 'uploading', 'classifying', 'answered'],
      ...['result', 'input', 'change'],
    ]);
  });

  it('classify() resolves with undefined for a file that is not a photo, after a problem event', async () => {
    await openField();
    expect((await classify(Buffer.from('text'))).result).toBe(undefined);
    expect(await events()).toEqual(['preparing', 'failed', 'problem']);
  });

  it('classify() resolves with undefined when another photo replaces the first one', async () => {
    await openField();
    const labels = await on.page.evaluate(
      async (bytes) => {
        const field = document.querySelector('fashion-classifier') as Field;
        const file = () => new Blob([new Uint8Array(bytes)]);
        const results = await Promise.all([field.classify(file()), field.classify(file())]);
        return results.map((result) => result?.predictions[0]?.label);
      },
      [...(await readFile(TROUSER))],
    );
    expect(labels).toEqual([undefined, 'Trouser']);
    expect((await events()).filter((event) => event === 'result')).toHaveLength(1);
  });

  it('a label that the visitor chooses changes the value, not the result', async () => {
    const { field, value } = await openField();
    await classify(await readFile(TROUSER));
    await field.locator('select').selectOption('Bag');
    expect(await value()).toBe('Bag');
    expect((await events()).slice(-2)).toEqual(['input', 'change']);
    const first = await field.evaluate((element) => (element as Field).result?.predictions[0]?.label);
    expect(first).toBe('Trouser');
  });

  it('clear() empties the field and fires only statechange', async () => {
    const { field, get } = await openField();
    await classify(await readFile(TROUSER));
    await events();
    await field.evaluate((element) => (element as Field & { clear(): void }).clear());
    expect([await get('value'), await get('state'), await get('result')]).toEqual(['', 'empty', undefined]);
    expect(await events()).toEqual(['empty']);
  });

  it('shows the page’s own buttons beside its own', async () => {
    const { button } = await openField('<button type="button" slot="actions">Use the webcam</button>');
    const [own, slotted] = await Promise.all([
      button('Choose a photo').boundingBox(),
      on.page.getByRole('button', { name: 'Use the webcam' }).boundingBox(),
    ]);
    expect(slotted?.x).toBeGreaterThan(own?.x ?? 0);
    expect(Math.abs((slotted?.y ?? 0) - (own?.y ?? 0))).toBeLessThan(30);
    expect(await on.page.getByRole('button', { name: 'Use the webcam' }).isEnabled()).toBe(true);
  });
});
