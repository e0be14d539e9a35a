/** @file `<fashion-classifier>` as a form control, on a page of another origin with a strict Content Security Policy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { entriesOn, type Field, fieldOn } from '../../support/browser/field.ts';
import { type Site, startSite } from '../../support/browser/site.ts';
import { freePort } from '../../support/ports.ts';

const TROUSER = 'examples/trouser.png';
const form = (attributes = '', more = '') =>
  `<form action="/submit" method="post" enctype="multipart/form-data">
<fashion-classifier name="garment" ${attributes}></fashion-classifier>${more}<button>Send</button></form>`;

let site: Site;
let page: Page;

/** Opens a page and waits until the element is defined. */
async function open(...args: Parameters<Site['open']>) {
  page = await site.open(...args);
  await page.waitForFunction(() => customElements.get('fashion-classifier'));
  return fieldOn(page);
}

describeInBrowser('the field in a form', () => {
  beforeAll(async () => {
    site = await startSite();
  }, 100_000);
  afterAll(() => site?.stop());
  afterEach(async () => {
    await page?.context().close();
    expect(site.errors.splice(0)).toEqual([]);
  });

  it('submits label, score, token and photo to a back end that verifies them', async () => {
    const port = await freePort();
    const env = { ...process.env, ENDPOINT: site.endpoint, PORT: String(port) };
    const server = spawn(process.execPath, ['examples/form/server.ts'], { env, stdio: 'inherit' });
    try {
      const address = `http://localhost:${port}`;
      while (!(await fetch(address).catch(() => undefined)))
        await new Promise((settle) => setTimeout(settle, 50));
      page = await (await site.browser.newContext()).newPage();
      const { pick, reaches, field } = fieldOn(page);
      const choose = async () => {
        await pick(TROUSER);
        await reaches('answered');
      };
      await page.goto(address);
      await choose();
      const entries = new Map(await entriesOn(page));
      expect(entries.get('garment')).toBe('Trouser');
      expect(Number(entries.get('garment-score'))).toBeGreaterThan(0.9);
      expect(entries.get('garment-file')).toBe('trouser.png');
      expect(await field.locator('input, button').first().isDisabled()).toBe(true);
      const token = entries.get('garment-token') as string;
      await page.getByRole('button', { name: 'Offer it' }).click();
      expect(await page.textContent('body')).toBe('Offered: Trouser.');

      await page.goto(address);
      await choose();
      await field.locator('select').selectOption('Bag');
      expect(new Map(await entriesOn(page)).get('garment')).toBe('Bag');
      await page.getByRole('button', { name: 'Offer it' }).click();
      expect(await page.textContent('body')).toMatch(/The model says Trouser, you chose another label/);

      // The token is valid once, so a forged request with the same token is refused.
      const body = new FormData();
      body.set('garment', 'Trouser');
      body.set('garment-token', token);
      const replayed = await fetch(`${address}/offers`, { method: 'POST', body });
      expect([replayed.status, await replayed.text()]).toEqual([422, expect.stringContaining('used')]);
    } finally {
      server.kill();
      await once(server, 'close');
    }
  });

  it('keeps a required form from being submitted until it has a label', async () => {
    const { flags, pick, reaches, field, get } = await open(form('required'));
    expect(await flags()).toEqual(['valueMissing']);
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await field.locator('[part=error]').textContent()).toBe('Please choose a photo of the garment.');
    // The focus is on the button that fixes the error.
    expect(await field.evaluate((element) => element.shadowRoot?.activeElement?.textContent)).toBe(
      'Choose a photo',
    );
    await pick(TROUSER);
    await reaches('answered');
    expect([await flags(), await get('validationMessage')]).toEqual([[], '']);
    const before = site.submitted.length;
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL('**/submit');
    expect(Object.fromEntries(site.submitted[before])).toEqual({
      garment: 'Trouser',
      'garment-score': expect.any(String),
    });
  });

  it('submits no entries when it is empty, disabled or has no name', async () => {
    const { pick, reaches, field } = await open(form());
    expect(await entriesOn(page)).toEqual([]);
    await pick(TROUSER);
    await reaches('answered');
    expect(await entriesOn(page)).toHaveLength(2);
    await field.evaluate((element) => element.setAttribute('disabled', ''));
    expect(await entriesOn(page)).toEqual([]);
    await field.evaluate((element) => {
      element.removeAttribute('disabled');
      element.removeAttribute('name');
    });
    expect(await entriesOn(page)).toEqual([]);
  });

  it('is reset with the form to its value attribute, or to empty without one', async () => {
    const { pick, reaches, value, is } = await open(
      form('value="Coat"', '<button type="reset">Back</button>'),
    );
    expect(await value()).toBe('Coat');
    await pick(TROUSER);
    await reaches('answered');
    await page.waitForFunction(
      () => (document.querySelector('fashion-classifier') as Field).value === 'Trouser',
    );
    await page.getByRole('button', { name: 'Back' }).click();
    expect(await value()).toBe('Coat');
    await page.evaluate(() => document.querySelector('fashion-classifier')?.removeAttribute('value'));
    await page.getByRole('button', { name: 'Back' }).click();
    expect([await value(), await is('empty')]).toEqual(['', true]);
  });

  it('belongs to the form that its form attribute names, and is disabled with its fieldset', async () => {
    const { button, field } = await open(
      '<form id="far"></form><fieldset disabled><fashion-classifier name="g" form="far"></fashion-classifier></fieldset>',
    );
    expect(await field.evaluate((element) => (element as HTMLInputElement).form?.id)).toBe('far');
    expect(await button('Choose a photo').isDisabled()).toBe(true);
    await field.evaluate((element) => (element as Field).classify(new Blob(['x'])));
    expect(await fieldOn(page).is('empty')).toBe(true);
    await page.evaluate(() => {
      (document.querySelector('fieldset') as HTMLFieldSetElement).disabled = false;
    });
    expect(await button('Choose a photo').isEnabled()).toBe(true);
  });

  it('supports setCustomValidity, and min-score, which the visitor can overrule', async () => {
    const { pick, reaches, flags, get, field, button } = await open(form('min-score="1"'));
    await field.evaluate((element) => (element as HTMLInputElement).setCustomValidity('Not today.'));
    expect([await flags(), await get('validationMessage')]).toEqual([['customError'], 'Not today.']);
    await field.evaluate((element) => (element as HTMLInputElement).setCustomValidity(''));
    await pick(TROUSER);
    await reaches('unsure');
    expect(await flags()).toEqual(['rangeUnderflow']);
    await button('Yes').click();
    expect(await flags()).toEqual([]);
  });

  it('restores its label with the page from the session history', async () => {
    const { pick, reaches, value } = await open(form());
    await pick(TROUSER);
    await reaches('answered');
    await page.goto(site.put('/elsewhere', 'Elsewhere'));
    await page.goBack();
    await reaches('answered');
    expect(await value()).toBe('Trouser');
    const restored = await page.evaluate(() => {
      const field = document.createElement('fashion-classifier') as Field & {
        formStateRestoreCallback(state: string): void;
      };
      field.formStateRestoreCallback(JSON.stringify({ kind: 'answered', chosen: 'Bag' }));
      const signed = document.createElement('fashion-classifier') as typeof field;
      signed.setAttribute('sign', '');
      signed.formStateRestoreCallback(JSON.stringify({ kind: 'answered', chosen: 'Bag' }));
      field.formStateRestoreCallback('{"kind":"busy"');
      return [field.value, signed.value];
    });
    expect(restored).toEqual(['Bag', '']);
  });

  it('uses the page’s label element, and opens the picker on a click on it', async () => {
    const { field } = await open(
      '<label for="g">Your garment</label><fashion-classifier id="g"></fashion-classifier>',
    );
    await field.getByRole('group', { name: 'Your garment' }).waitFor();
    expect(await field.locator('[part=label]').isVisible()).toBe(false);
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Your garment').click();
    await chooser;
  });
});
