/** @file Who decides about the field's label: the model, the visitor or the page. */
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { entriesOn, type Field } from '../../support/browser/field.ts';
import { BALL, drawFile, FAINT_SHIRT } from '../../support/browser/pictures.ts';
import { FieldSite, formWithField as form, useFieldSite } from './field-site.ts';

const TROUSER = 'examples/trouser.png';
const CONFIRM =
  'We are not sure about this photo. Please confirm or correct our answer, or choose another photo.';

const on = new FieldSite();

/** Opens a form whose field has a photo about which the model is unsure. */
async function openUnsure(attributes: string, more = '') {
  const field = await on.open(form(attributes, more));
  await field.pick(await drawFile(on.page, 'shirt.png', FAINT_SHIRT));
  await field.reaches('unsure');
  return { ...field, entries: async () => Object.fromEntries(await entriesOn(on.page)) };
}

/** What a page can do without a click of the visitor. None of it changes the label. */
const REPEATS: [name: string, repeat: (field: Field) => unknown][] = [
  ['the property value', (field) => Object.assign(field, { value: field.value })],
  ['the attribute value', (field) => field.setAttribute('value', field.value)],
  ['the property required', (field) => Object.assign(field, { required: true })],
  ['the place in the page', (field) => field.parentElement?.append(field)],
];

describeInBrowser('a label', () => {
  useFieldSite(on);

  it.each(REPEATS)('stays unconfirmed when a script sets %s to what it is', async (_, repeat) => {
    const { field, entries, get, status } = await openUnsure('required');
    const look = async () => [
      await get('value'),
      await get('score'),
      await get('validationMessage'),
      await status.textContent(),
      await entries(),
    ];
    const before = await look();
    expect(before[2]).toBe(CONFIRM);
    await field.evaluate((element) => {
      const events: string[] = [];
      for (const type of ['input', 'change', 'statechange', 'invalid'])
        element.addEventListener(type, () => events.push(type));
      Object.assign(document.body, { events });
    });
    await field.evaluate(repeat as unknown as (element: Element) => void);
    const events = await on.page.evaluate(() => (document.body as unknown as { events: string[] }).events);
    expect(events).toEqual([]);
    expect(await look()).toEqual(before);
  });

  it('stays unconfirmed when the browser restores it from the session history', async () => {
    const { is, flags, entries, reaches } = await openUnsure('required');
    const before = await entries();
    await on.page.goto(on.site.put('/elsewhere', 'Elsewhere'));
    await on.page.goBack();
    await reaches('answered');
    expect([await is('unsure'), await flags(), await entries()]).toEqual([true, ['valueMissing'], before]);
  });

  it('is the model’s, with its score and its reason to decline', async () => {
    const { entries, get, flags } = await openUnsure('required');
    expect(await entries()).toEqual({
      garment: await get('value'),
      'garment-by': 'model',
      'garment-score': String(await get('score')),
      'garment-abstained': 'poor-mask',
    });
    expect([await flags(), await get('validationMessage')]).toEqual([['valueMissing'], CONFIRM]);
  });

  it('is the visitor’s after a confirmation, and meets required', async () => {
    const { entries, get, flags, button } = await openUnsure('required');
    const before = await entries();
    await button('Yes').click();
    expect(await entries()).toEqual({ ...before, 'garment-by': 'person' });
    expect(await flags()).toEqual([]);
    expect(await button('Yes').getAttribute('aria-pressed')).toBe('true');
    expect(await get('score')).toBeGreaterThan(0);
  });

  it.each([
    ['Sandal', 'Sandal'],
    ['None of these', 'none'],
  ])('is the visitor’s, without a score, when the visitor chooses %s', async (text, value) => {
    const { entries, get, flags, field, status } = await openUnsure('required');
    await field.locator('select').selectOption({ label: text });
    expect(await entries()).toEqual({
      garment: value,
      'garment-by': 'person',
      'garment-abstained': 'poor-mask',
    });
    expect([await get('value'), await get('score'), await flags()]).toEqual([value, undefined, []]);
    expect(await status.textContent()).toBe(text);
  });

  it('is the page’s when a script or an attribute sets another one', async () => {
    const { entries, field, flags, button } = await openUnsure('required');
    await field.evaluate((element) => Object.assign(element, { value: 'Sandal' }));
    expect(await entries()).toEqual({
      garment: 'Sandal',
      'garment-by': 'page',
      'garment-abstained': 'poor-mask',
    });
    expect([await flags(), await button('Yes').getAttribute('aria-pressed')]).toEqual([[], 'false']);
    const initial = await on.open(form('required value="Coat"'));
    expect(Object.fromEntries(await entriesOn(on.page))).toEqual({ garment: 'Coat', 'garment-by': 'page' });
    await initial.field.locator('select').selectOption('Bag');
    expect(Object.fromEntries(await entriesOn(on.page))).toEqual({ garment: 'Bag', 'garment-by': 'person' });
  });

  it('is reset to the page’s value, without the visitor’s word', async () => {
    const { entries, field } = await openUnsure('value="Coat"', '<button type="reset">Back</button>');
    await field.locator('select').selectOption('Sandal');
    await on.page.getByRole('button', { name: 'Back' }).click();
    expect(await entries()).toEqual({ garment: 'Coat', 'garment-by': 'page' });
  });

  it('comes with advice in the page’s language when the model declined to answer', async () => {
    const { field, pick, reaches, status } = await on.open(form('lang="de"'));
    await pick(await drawFile(on.page, 'ball.png', BALL));
    await reaches('answered');
    const reason = field.locator('[part=reason]');
    await expect.poll(() => status.textContent()).toMatch(/einfarbigen Hintergrund/);
    await expect.poll(() => reason.textContent()).toMatch(/^Es sieht rund aus/);
    await field.locator('select').selectOption('Coat');
    expect(await reason.isVisible()).toBe(false);
  });

  it('fires input and change when it is gone, and when the visitor confirms it', async () => {
    const { field, pick, reaches, button } = await on.open(form());
    await field.evaluate((element) => {
      const log: string[] = [];
      for (const type of ['input', 'change'])
        element.addEventListener(type, () => log.push(`${type} ${(element as Field).value}`));
      Object.assign(element, { log });
    });
    const log = () => field.evaluate((element) => (element as unknown as { log: string[] }).log.splice(0));
    await pick(TROUSER);
    await reaches('answered');
    expect(await log()).toEqual(['input Trouser', 'change Trouser']);
    await button('Yes').click();
    await button('Yes').click();
    expect(await log()).toEqual(['input Trouser', 'change Trouser']);
    await pick({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
    await reaches('failed');
    expect(await log()).toEqual(['input ', 'change ']);
    await button('Remove').click();
    expect(await log()).toEqual([]);
  });

  it('offers the labels of the model that answered', async () => {
    const { field, pick, reaches } = await on.open(form());
    await on.page.route('**/v1/classify*', async (route) => {
      const response = await route.fetch();
      const text = (await response.text()).replaceAll('"Bag"', '"Hat"');
      await route.fulfill({ response, body: text });
    });
    await pick(TROUSER);
    await reaches('answered');
    const options = await field.locator('option').allTextContents();
    expect(options).toEqual([
      ...['No, it is…', 'T-shirt or top', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Hat'],
      ...['Ankle boot', 'None of these'],
    ]);
    await field.locator('select').selectOption('Hat');
    expect(Object.fromEntries(await entriesOn(on.page))).toEqual({ garment: 'Hat', 'garment-by': 'person' });
  });
});
