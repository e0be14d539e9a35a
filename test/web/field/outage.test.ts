/** @file A form with the field while the endpoint cannot be reached, or while the script of the field cannot run. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { greyPng } from '../../fixtures/images.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { entriesOn, fieldOn } from '../../support/browser/field.ts';
import { freePort } from '../../support/ports.ts';
import { type RelayedSite, useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';

/** Brings a field into a state without a label that an outage causes. */
type Outage = [state: string, cause: (on: RelayedSite) => unknown];
const OUTAGES: Outage[] = [
  ['failed', (on) => on.relay.refusals.push({ status: 503, type: 'closed', retryAfter: '3600' })],
  ['waiting', (on) => on.relay.refusals.push({ status: 503, type: 'model-unavailable', retryAfter: '2' })],
  ['offline', (on) => on.page.context().setOffline(true)],
];

/** A fallback as pages write it. */
const SELECT =
  '<select name="garment" required><option value="">Choose<option>Bag<option value="none">None of these</select>';

describeInBrowser('during an outage', () => {
  const on = useRelayedSite();

  /** Opens a form, and loads the parts of the field that a photo needs. */
  async function openForm(attributes = '') {
    const field = await on.openForm(attributes);
    await field.field.hover();
    await on.page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('classify-')),
    );
    return field;
  }

  it.each(OUTAGES)(
    'the visitor can choose the label of a required field that is %s',
    async (state, cause) => {
      const { pick, reaches, field, flags, value } = await openForm('include-file');
      await cause(on);
      on.relay.uploads = 0;
      await pick(TROUSER);
      await reaches(state);
      expect(await flags()).toEqual(['badInput']);
      const select = field.getByRole('combobox', { name: 'Choose the kind yourself' });
      await select.selectOption('Bag');
      expect([await flags(), await value()]).toEqual([[], 'Bag']);
      expect(await entriesOn(on.page)).toEqual([
        ['g', 'Bag'],
        ['g-by', 'person'],
        ['g-file', 'trouser.png'],
      ]);
      // The attempt that the field waited for does not replace the visitor's label.
      await on.page.context().setOffline(false);
      await on.page.waitForTimeout(2500);
      expect([await value(), on.relay.uploads]).toEqual(['Bag', state === 'offline' ? 0 : 1]);
      await select.selectOption({ label: 'None of these' });
      expect(await value()).toBe('none');
    },
  );

  it('the visitor can choose the label after cancelling a classification that does not end', async () => {
    const { pick, reaches, button, field, flags } = await openForm();
    const release = on.relay.hold();
    await pick(TROUSER);
    await reaches('classifying');
    await button('Cancel').click();
    await field.locator('select').selectOption('Bag');
    expect([await flags(), await entriesOn(on.page)]).toEqual([
      [],
      [
        ['g', 'Bag'],
        ['g-by', 'person'],
      ],
    ]);
    release();
  });

  it('the visitor can choose the label when the rest of the script cannot be loaded', async () => {
    on.page = await (await on.site.browser.newContext()).newPage();
    await on.page.route('**/field/*', (route) => route.abort());
    await on.page.goto(
      on.site.put('/parts', '<form><fashion-classifier name="g" required></fashion-classifier></form>'),
    );
    const { pick, reaches, field, flags, value } = fieldOn(on.page);
    await on.page.waitForFunction(() => customElements.get('fashion-classifier'));
    await pick(TROUSER);
    await reaches('failed');
    await field.locator('select').selectOption('Dress');
    expect([await flags(), await value()]).toEqual([[], 'Dress']);
  });

  it.each<Outage>([...OUTAGES, ['busy', (on) => on.relay.hold()]])(
    'an optional field that is %s does not block its form',
    async (state, cause) => {
      const { pick, reaches, field, flags } = await openForm();
      await field.evaluate((element) => element.removeAttribute('required'));
      const release = await cause(on);
      await pick(TROUSER);
      await reaches(state);
      expect([await flags(), await entriesOn(on.page)]).toEqual([[], []]);
      if (release instanceof Function) release();
    },
  );

  it('an optional field that declined to answer does not block its form', async () => {
    const { pick, reaches, field, flags } = await openForm();
    await field.evaluate((element) => element.removeAttribute('required'));
    const buffer = Buffer.from(await greyPng(60, 80, () => 128));
    await pick({ name: 'wall.png', mimeType: 'image/png', buffer });
    await reaches('unsure');
    expect(await flags()).toEqual([]);
  });

  it('setting the empty value again does not cancel a classification', async () => {
    const { pick, reaches, field, value } = await openForm();
    const release = on.relay.hold();
    await pick(TROUSER);
    await reaches('busy');
    await field.evaluate((element) => Object.assign(element, { value: '' }));
    release();
    await reaches('answered');
    expect(await value()).toBe('Trouser');
  });

  it('a label that the page sets ends the classification', async () => {
    const { pick, reaches, field, value } = await openForm();
    const release = on.relay.hold();
    await pick(TROUSER);
    await reaches('classifying');
    await field.evaluate((element) => Object.assign(element, { value: 'Coat' }));
    release();
    await on.page.waitForTimeout(300);
    expect([await value(), (await entriesOn(on.page))[1]]).toEqual(['Coat', ['g-by', 'page']]);
  });

  it('the README’s form can be sent when field.js cannot be loaded', async () => {
    const readme = await readFile('README.md', 'utf8');
    const snippet = readme.match(/## Embed the form field\s+```html\n(.*?)```/s)?.[1] ?? '';
    expect(snippet).toContain('http://localhost:8787/field.js');
    const page = snippet.replaceAll('http://localhost:8787', `http://localhost:${await freePort()}`);
    on.page = await on.site.open(page, { head: '', policy: '' });
    const before = on.site.submitted.length;
    await on.page.getByRole('button').click();
    expect(on.site.submitted).toHaveLength(before);
    await on.page.getByRole('combobox', { name: 'Kind of garment' }).selectOption('Dress');
    await on.page.getByRole('button').click();
    await on.page.waitForURL('**/offers');
    expect([...(on.site.submitted[before] ?? [])]).toEqual([['garment', 'Dress']]);
  });

  it('the fallback stays in a browser that is too old for the field', async () => {
    on.page = await (await on.site.browser.newContext()).newPage();
    await on.page.addInitScript(() => {
      const { supports } = CSS;
      CSS.supports = (...query: [string]) => !query[0].includes(':state') && supports.apply(CSS, query);
    });
    const script = on.page.waitForResponse('**/field.js');
    await on.page.goto(
      on.site.put('/old', `<form><fashion-classifier name="garment">${SELECT}</fashion-classifier></form>`),
    );
    await script;
    await on.page.waitForLoadState('networkidle');
    await on.page.getByRole('combobox').selectOption('Bag');
    expect(await entriesOn(on.page)).toEqual([['garment', 'Bag']]);
  });

  it('a label that the visitor chose in the fallback is kept when the script arrives', async () => {
    on.page = await on.site.open(
      `<form><fashion-classifier name="garment" required>${SELECT}</fashion-classifier></form>`,
      {
        ...{ head: '', policy: '' },
      },
    );
    await on.page.getByRole('combobox').selectOption('Bag');
    await on.page.addScriptTag({ type: 'module', url: `${on.site.endpoint}/field.js` });
    await fieldOn(on.page).reaches('answered');
    expect(await entriesOn(on.page)).toEqual([
      ['garment', 'Bag'],
      ['garment-by', 'person'],
    ]);
  });
});
