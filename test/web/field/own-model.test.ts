/** @file The field with models that the page names: their labels and sizes, at the endpoint and on the device. */
import { beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../../train/registry/registry.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { colourModel, withForeignOperator } from '../../fixtures/colour-models.ts';
import { paint, png } from '../../fixtures/images.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { entriesOn, type Field, fieldOn } from '../../support/browser/field.ts';
import { overflowOf } from '../../support/browser/pages.ts';
import { drawFile } from '../../support/browser/pictures.ts';
import { TOKENS } from '../../support/browser/shared-servers.ts';
import { startWorker } from '../../support/worker.ts';
import { useRelayedSite } from './relayed-site.ts';

/** `Bag` is also a label of the default model, which the field translates. */
const PAINTS = ['Bag', 'none', 'A long name: green leaves, grass and <b>moss</b>'];
const KINDS = Array.from({ length: 40 }, (_, i) => `kind ${i}`);
const DECIDE = 'Please choose an answer from the list, or another photo.';
const GREEN = { width: 300, height: 200, background: '#20c030' };

type ModelField = Field & {
  model: string | null;
  messages: object;
  result?: { model: { name: string }; explanation?: { image: string } };
};

describeInBrowser('the field with a model that the page names', () => {
  const on = useRelayedSite(() => startWorker({ withOrt: true, variables: TOKENS }));
  beforeAll(async () => {
    const store = openLocalStore(on.site.endpoint);
    const paints = await colourModel({ name: 'paints', labels: [PAINTS[0], PAINTS[2], PAINTS[1]] });
    for (const release of [
      paints,
      await colourModel({ name: 'kinds', labels: KINDS, size: 20 }),
      await colourModel({ name: 'ripe', labels: ['ripe', 'other', 'unripe'], none: 'other' }),
      await withForeignOperator(paints, 'foreign'),
    ])
      await push(store, release);
  });

  /** Opens a form with a field, which records its events. */
  async function openField(attributes: string, { content = '', lang = 'en' } = {}) {
    const markup = `<form><image-classifier endpoint="${on.relay.origin}" name="kind" required ${attributes}>${content}</image-classifier>
<fashion-classifier endpoint="${on.relay.origin}" name="earlier" disabled></fashion-classifier></form>`;
    const policy = on.policy.replace('script-src', "script-src 'wasm-unsafe-eval'");
    await on.open(markup, { policy, lang });
    await on.page.evaluate(() => {
      const events: string[] = [];
      for (const type of ['input', 'problem', 'result'])
        document.addEventListener(type, (event) => {
          const { detail } = event as CustomEvent;
          events.push(type === 'problem' ? `${detail.type}: ${detail.detail}` : type);
        });
      Object.assign(document.body, { events });
    });
    return fieldOn(on.page, 'image-classifier');
  }
  const events = () =>
    on.page.evaluate(() => (document.body as unknown as { events: string[] }).events.splice(0));
  const optionsOf = ({ field }: Awaited<ReturnType<typeof openField>>) =>
    field.locator('[part=select] option:not([hidden])').allTextContents();

  it('shows the model’s labels as written, and speaks of no garment', async () => {
    const opened = await openField('model="paints"', { lang: 'de' });
    await opened.field.getByText('Ihr Foto').waitFor();
    await opened.pick(await drawFile(on.page, 'red.png', { ...GREEN, background: '#d01810' }));
    await opened.reaches('answered');
    expect(on.relay.posts).toEqual(['/v1/models/paints/classify']);
    expect(await opened.status.textContent()).toMatch(/^Bag, 9\d\s%$/);
    await expect
      .poll(() => opened.field.locator('th').allTextContents())
      .toEqual(['Bag', PAINTS[2], 'Nichts davon']);
    expect(await optionsOf(opened)).toEqual([PAINTS[2], 'Nichts davon']);
    expect(Object.fromEntries(await entriesOn(on.page))).toMatchObject({ kind: 'Bag', 'kind-by': 'model' });
    await opened.field.locator('summary').click();
    const text = await opened.field.locator('[part=field]').textContent();
    expect(text).not.toMatch(/Kleidung|Tasche/);
    await on.page.setViewportSize({ width: 320, height: 700 });
    expect(await overflowOf(on.page)).toBe(0);
    const pixels = opened.field.locator('[part=pixels]');
    await expect
      .poll(() => pixels.evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height]))
      .toEqual([64, 64]);
    await opened.field.evaluate((field) => {
      (field as ModelField).messages = { labels: { Bag: 'Rote Farbe' } };
    });
    expect(await opened.status.textContent()).toMatch(/^Rote Farbe/);
  });

  describe('when the picture shows none of the model’s labels,', () => {
    const openNone = async (attributes = '') => {
      const opened = await openField(`model="ripe" ${attributes}`);
      await opened.pick(await drawFile(on.page, 'green.png', GREEN));
      await opened.reaches('undecided');
      return opened;
    };

    it.each(['edge', 'local'])('has no guess, and asks for a label, with mode="%s"', async (mode) => {
      const { field, status, button, flags, get } = await openNone(`mode="${mode}"`);
      expect(await status.textContent()).toBe(
        'It seems to be none of the kinds that we know. If it is one, please choose it below.',
      );
      expect([await get('value'), await get('score'), await entriesOn(on.page)]).toEqual(['', undefined, []]);
      expect([await flags(), await get('validationMessage')]).toEqual([['valueMissing'], DECIDE]);
      expect(await events()).toEqual(['result']);
      await field.locator('tbody').waitFor();
      expect(await button('Yes').isVisible()).toBe(false);
      expect(await field.locator('[part=reason]').isVisible()).toBe(false);
      expect(await field.locator('[aria-current]').count()).toBe(0);
      // Not as large as a label.
      const sizeOf = (part: string) =>
        field.locator(`[part=${part}]`).evaluate((element) => getComputedStyle(element).fontSize);
      expect(await sizeOf('status')).toBe(await sizeOf('body'));

      await field.locator('[part=select]').selectOption('ripe');
      expect(Object.fromEntries(await entriesOn(on.page))).toEqual({
        kind: 'ripe',
        'kind-by': 'person',
        'kind-abstained': 'none-of-these',
      });
      expect([await status.textContent(), await flags(), await events()]).toEqual(['ripe', [], ['input']]);
      expect(await button('Yes').isVisible()).toBe(false);
    });

    it('offers all labels but the one for such pictures', async () => {
      const opened = await openNone();
      await expect.poll(() => opened.field.locator('th').allTextContents()).toHaveLength(2);
      expect(await opened.field.locator('th').allTextContents()).not.toContain('other');
      expect(await optionsOf(opened)).toEqual(['ripe', 'unripe', 'None of these']);
      await opened.field.locator('[part=select]').selectOption('None of these');
      expect([await opened.value(), await opened.flags()]).toEqual(['none', []]);
    });

    it('lets the form be sent if the field is optional, without a token, but not with min-score', async () => {
      const { field, flags, get } = await openNone('sign');
      await field.evaluate((element) => element.removeAttribute('required'));
      const sent = await on.page.evaluate(() => {
        const [form] = document.forms;
        let count = 0;
        form.addEventListener('submit', (event) => {
          event.preventDefault();
          count += 1;
        });
        // The second time, the field would wait for another token.
        form.requestSubmit();
        form.requestSubmit();
        return count;
      });
      expect([sent, on.relay.posts]).toEqual([2, ['/v1/models/ripe/classify']]);
      await field.evaluate((element) => element.setAttribute('min-score', '0'));
      expect([await flags(), await get('validationMessage')]).toEqual([['rangeUnderflow'], DECIDE]);
    });
  });

  it('classifies the photo again when the model changes, and keeps no label of the model before', async () => {
    const opened = await openField('model="paints"');
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('answered');
    await opened.field.locator('[part=select]').selectOption('Bag');
    await events();
    const release = on.relay.hold();
    await opened.field.evaluate((field) => {
      (field as ModelField).model = 'kinds';
    });
    expect([await opened.value(), await entriesOn(on.page)]).toEqual(['', []]);
    release();
    await opened.reaches('answered');
    expect([await opened.value(), await opened.field.getAttribute('model')]).toEqual(['kind 1', 'kinds']);
    expect(await events()).toEqual(['input', 'result', 'input']);
    expect(await optionsOf(opened)).toEqual([...KINDS.filter((kind) => kind !== 'kind 1'), 'None of these']);
    await opened.field.evaluate((field) => field.removeAttribute('model'));
    await opened.field.getByText('Photo of the garment').waitFor();
    await opened.reaches('answered');
    expect(on.relay.posts.at(-1)).toBe('/v1/classify');
  });

  it('offers the model’s labels when the endpoint does not classify', async () => {
    const opened = await openField('model="paints"');
    on.relay.refusals.push({ status: 403, type: 'wrong-origin' });
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('failed');
    await expect.poll(() => optionsOf(opened)).toEqual([PAINTS[0], PAINTS[2], 'None of these']);
    await opened.field.locator('[part=select]').selectOption('Bag');
    expect(await opened.flags()).toEqual([]);
  });

  it('rejects a label of the page that the model does not have', async () => {
    const opened = await openField('model="paints"');
    await opened.field.evaluate((field) => {
      (field as ModelField).value = 'bag';
    });
    await expect.poll(() => opened.flags()).toEqual(['badInput']);
    expect(await opened.get('validationMessage')).toBe(
      '“bag” is not on our list. Please choose another answer.',
    );
    expect(await events()).toEqual([
      `unknown-label: the model paints has no label "bag". Its labels: ${PAINTS[0]}, ${PAINTS[2]}, none`,
    ]);
    await opened.field.locator('[part=select]').selectOption('Bag');
    expect(await opened.flags()).toEqual([]);
  });

  it('says that it is set up wrongly when the endpoint has no such model, and offers the page’s list', async () => {
    const opened = await openField('model="nothing"', {
      content: '<select name="kind"><option value="">Kind</option><option>Bag</option></select>',
    });
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('failed');
    expect(await opened.status.textContent()).toContain('This field is not set up correctly.');
    const detail = 'The service has no model with this name. GET /v1/models lists the models.';
    expect(await events()).toEqual([`unknown-model: ${detail}`]);
    expect(await optionsOf(opened)).toEqual(['Bag', 'None of these']);
  });

  it('offers the labels that it knows when its model disappears, and classifies again when the model is back', async () => {
    const opened = await openField('model="paints"');
    await opened.pick(await drawFile(on.page, 'red.png', { ...GREEN, background: '#d01810' }));
    await opened.reaches('answered');
    await events();
    await on.page.route('**/v1/models/paints', (route) => route.abort());
    on.relay.refusals.push({ status: 404, type: 'unknown-model' });
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('failed');
    expect(await opened.field.locator('[part=select]').isVisible()).toBe(true);
    expect(await opened.status.textContent()).toContain('This field is not set up correctly.');
    expect(await events()).toContainEqual(expect.stringMatching(/^unknown-model: /));
    expect([await opened.value(), await opened.flags()]).toEqual(['', ['badInput']]);
    expect(await optionsOf(opened)).toEqual([PAINTS[0], PAINTS[2], 'None of these']);
    await opened.field.locator('[part=select]').selectOption('Bag');
    expect([await opened.value(), await opened.flags()]).toEqual(['Bag', []]);
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('answered');
    expect(await opened.value()).toBe(PAINTS[2]);
  });

  it('sends a panorama with enough pixels for the model’s input', async () => {
    const opened = await openField('model="paints"');
    await opened.pick(await drawFile(on.page, 'panorama.png', { ...GREEN, width: 6000, height: 300 }));
    await opened.reaches('answered');
    const [width, height] = await opened.field.evaluate(async (element) => {
      const bitmap = await createImageBitmap((element as Field).file as File);
      return [bitmap.width, bitmap.height];
    });
    expect([width, height]).toEqual([2560, 128]);
  });

  it('returns the endpoint’s result on the device, without sending the photo', async () => {
    const opened = await openField('model="paints" mode="local"');
    const { data } = paint(150, 100, (x, y) => [x, 200 - y, (x * y) % 256]);
    const body = await png(150, 100, data, { channels: 4 });
    await opened.pick({ name: 'green.png', mimeType: 'image/png', buffer: Buffer.from(body) });
    await opened.reaches('answered');
    expect(on.relay.posts).toEqual([]);
    const url = `${on.site.endpoint}/v1/models/paints/classify`;
    const { id: _, ...result } = await (await fetch(url, { method: 'POST', body })).json();
    const { explanation: __, ...local } = (await opened.get('result')) as NonNullable<ModelField['result']>;
    expect(local).toEqual(result);
  });

  it('says that it is set up wrongly when no device can run the model; with mode="auto" the endpoint answers', async () => {
    const opened = await openField('model="foreign" mode="local"');
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('failed');
    expect(await opened.status.textContent()).toContain('This field is not set up correctly.');
    const [problem] = await events();
    expect(problem).toMatch(/^not-for-devices: .*Identity/);
    expect(on.relay.posts).toEqual([]);
    await opened.field.evaluate((field) => field.setAttribute('mode', 'auto'));
    await opened.pick(await drawFile(on.page, 'green.png', GREEN));
    await opened.reaches('answered');
    expect(await opened.value()).toBe(PAINTS[2]);
  });
});
