/** @file `<fashion-classifier>` as a form control, on a page of another origin with a strict Content Security Policy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { greyPng } from '../../fixtures/images.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { entriesOn, type Field, fieldOn } from '../../support/browser/field.ts';
import { freePort } from '../../support/ports.ts';
import { FieldSite, formWithField as form, useFieldSite } from './field-site.ts';

const TROUSER = 'examples/trouser.png';
const on = new FieldSite();

describeInBrowser('the field in a form', () => {
  useFieldSite(on);

  it('submits label, score, token and photo to a back end that verifies them', async () => {
    const port = await freePort();
    const env = { ...process.env, ENDPOINT: on.site.endpoint, PORT: String(port) };
    const server = spawn(process.execPath, ['examples/form/server.ts'], { env, stdio: 'inherit' });
    try {
      const address = `http://localhost:${port}`;
      while (!(await fetch(address).catch(() => undefined)))
        await new Promise((settle) => setTimeout(settle, 50));
      on.page = await (await on.site.browser.newContext()).newPage();
      const { pick, reaches, field } = fieldOn(on.page);
      const choose = async () => {
        await pick(TROUSER);
        await reaches('answered');
      };
      await on.page.goto(address);
      await choose();
      const entries = new Map(await entriesOn(on.page));
      expect(entries.get('garment')).toBe('Trouser');
      expect(Number(entries.get('garment-score'))).toBeGreaterThan(0.9);
      expect(entries.get('garment-file')).toBe('trouser.png');
      expect(await field.locator('select[name]').isDisabled()).toBe(true);
      const token = entries.get('garment-token') as string;
      await on.page.getByRole('button', { name: 'Offer it' }).click();
      expect(await on.page.textContent('body')).toBe('Offered: Trouser.');

      await on.page.goto(address);
      await choose();
      await field.locator('[part=select]').selectOption('Bag');
      expect(new Map(await entriesOn(on.page)).get('garment')).toBe('Bag');
      await on.page.getByRole('button', { name: 'Offer it' }).click();
      expect(await on.page.textContent('body')).toMatch(/The model says Trouser, you chose Bag/);

      // A photo that the model declines, and a label without a token, are reviewed.
      await on.page.goto(address);
      await pick({
        name: 'wall.png',
        mimeType: 'image/png',
        buffer: Buffer.from(await greyPng(60, 80, () => 128)),
      });
      await reaches('answered');
      await field.locator('[part=select]').selectOption('Coat');
      await on.page.getByRole('button', { name: 'Offer it' }).click();
      expect(await on.page.textContent('body')).toMatch(/The model is not sure about the photo/);
      await on.page.goto(address);
      await pick({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
      await reaches('failed');
      await field.locator('[part=select]').selectOption('Coat');
      await on.page.getByRole('button', { name: 'Offer it' }).click();
      expect(await on.page.textContent('body')).toBe('You chose Coat. We will review your offer.');

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
    const { flags, pick, reaches, field, get } = await on.open(form('required'));
    expect(await flags()).toEqual(['valueMissing']);
    await on.page.getByRole('button', { name: 'Send' }).click();
    expect(await field.locator('[part=error]').textContent()).toBe('Please choose a photo of the garment.');
    // The focus is on the button that fixes the error.
    expect(await field.evaluate((element) => element.shadowRoot?.activeElement?.textContent)).toBe(
      'Choose a photo',
    );
    await pick(TROUSER);
    await reaches('answered');
    expect([await flags(), await get('validationMessage')]).toEqual([[], '']);
    const before = on.site.submitted.length;
    await on.page.getByRole('button', { name: 'Send' }).click();
    await on.page.waitForURL('**/submit');
    expect(Object.fromEntries(on.site.submitted[before])).toEqual({
      garment: 'Trouser',
      'garment-by': 'model',
      'garment-score': expect.any(String),
    });
  });

  describe('shows a validation error once:', () => {
    /** Opens a form that records whether the browser shows its bubble at an invalid field. */
    async function openRequired(more = '') {
      const field = await on.open(form('required', more));
      await on.page.evaluate(() => {
        const bubbles: boolean[] = [];
        document.querySelector('fashion-classifier')?.addEventListener('invalid', (event) => {
          setTimeout(() => bubbles.push(!event.defaultPrevented));
        });
        Object.assign(document.body, { bubbles });
      });
      const bubbles = () =>
        on.page.evaluate(() => (document.body as unknown as { bubbles: boolean[] }).bubbles);
      return { ...field, bubbles, error: () => field.field.locator('[part=error]').textContent() };
    }
    const focused = () => on.page.evaluate(() => document.activeElement?.localName);
    const send = () => on.page.getByRole('button', { name: 'Send' }).click();
    const MISSING = 'Please choose a photo of the garment.';

    it('in the field when the visitor submits the form, with the focus on the first invalid control', async () => {
      const { bubbles, error } = await openRequired('<input required id="more">');
      await send();
      await expect.poll(bubbles).toEqual([false]);
      expect(await error()).toBe(MISSING);
      await expect.poll(focused).toBe('fashion-classifier');
    });

    it('in the field, without the focus when another invalid control comes first', async () => {
      const { bubbles, error, field } = await openRequired();
      await field.evaluate((element) => {
        element.before(Object.assign(document.createElement('input'), { required: true }));
      });
      await send();
      await expect.poll(bubbles).toEqual([false]);
      expect([await error(), await focused()]).toEqual([MISSING, 'input']);
    });

    it('in the bubble when a script reports it, and not at all when a script only checks it', async () => {
      const { bubbles, error } = await openRequired();
      for (const method of ['reportValidity', 'checkValidity'] as const)
        await on.page.evaluate((method) => document.forms[0]?.[method](), method);
      await expect.poll(bubbles).toEqual([true, true]);
      expect([await error(), await fieldOn(on.page).is('user-invalid')]).toEqual(['', false]);
      await send();
      await on.page.evaluate(() => document.forms[0]?.reportValidity());
      await expect.poll(bubbles).toEqual([true, true, false, false]);
      expect(await error()).toBe(MISSING);
    });
  });

  it('submits no entries when it is empty, disabled or has no name', async () => {
    const { pick, reaches, field } = await on.open(form());
    expect(await entriesOn(on.page)).toEqual([]);
    await pick(TROUSER);
    await reaches('answered');
    expect(await entriesOn(on.page)).toHaveLength(3);
    await field.evaluate((element) => element.setAttribute('disabled', ''));
    expect(await entriesOn(on.page)).toEqual([]);
    await field.evaluate((element) => {
      element.removeAttribute('disabled');
      element.removeAttribute('name');
    });
    expect(await entriesOn(on.page)).toEqual([]);
  });

  it('is reset with the form to its value attribute, or to empty without one', async () => {
    const { pick, reaches, value, is } = await on.open(
      form('value="Coat"', '<button type="reset">Back</button>'),
    );
    expect(await value()).toBe('Coat');
    await pick(TROUSER);
    await reaches('answered');
    await on.page.locator('[part=table]').waitFor();
    expect(await value()).toBe('Trouser');
    await on.page.getByRole('button', { name: 'Back' }).click();
    expect(await value()).toBe('Coat');
    await on.page.evaluate(() => document.querySelector('fashion-classifier')?.removeAttribute('value'));
    await on.page.getByRole('button', { name: 'Back' }).click();
    expect([await value(), await is('empty')]).toEqual(['', true]);
  });

  it('follows its value attribute until the visitor or a script has chosen another label', async () => {
    const { value, field } = await on.open(form('value="Coat"'));
    const setAttribute = (label: string) =>
      field.evaluate((element, label) => element.setAttribute('value', label), label);
    await setAttribute('Bag');
    expect([await value(), await entriesOn(on.page)]).toEqual([
      'Bag',
      [
        ['garment', 'Bag'],
        ['garment-by', 'page'],
      ],
    ]);
    await field.locator('select').selectOption('Dress');
    await setAttribute('Coat');
    expect(await value()).toBe('Dress');
  });

  it('belongs to the form that its form attribute names, and is disabled with its fieldset', async () => {
    const { button, field } = await on.open(
      '<form id="far"></form><fieldset disabled><fashion-classifier name="g" form="far"></fashion-classifier></fieldset>',
    );
    expect(await field.evaluate((element) => (element as HTMLInputElement).form?.id)).toBe('far');
    expect(await button('Choose a photo').isDisabled()).toBe(true);
    await field.evaluate((element) => (element as Field).classify(new Blob(['x'])));
    expect(await fieldOn(on.page).is('empty')).toBe(true);
    await on.page.evaluate(() => {
      (document.querySelector('fieldset') as HTMLFieldSetElement).disabled = false;
    });
    expect(await button('Choose a photo').isEnabled()).toBe(true);
  });

  it('supports setCustomValidity, and min-score, which the visitor can overrule', async () => {
    const { pick, reaches, flags, get, field, button } = await on.open(form('min-score="1"'));
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
    const { pick, reaches, value } = await on.open(form());
    await pick(TROUSER);
    await reaches('answered');
    await on.page.goto(on.site.put('/elsewhere', 'Elsewhere'));
    await on.page.goBack();
    await reaches('answered');
    expect(await value()).toBe('Trouser');
    const restored = await on.page.evaluate(() => {
      const create = () =>
        document.createElement('fashion-classifier') as Field & {
          formStateRestoreCallback(state: string): void;
        };
      const [field, signed, unknown] = [create(), create(), create()];
      field.formStateRestoreCallback(JSON.stringify({ kind: 'answered', by: 'person', chosen: 'Bag' }));
      signed.setAttribute('sign', '');
      signed.formStateRestoreCallback(JSON.stringify({ kind: 'answered', by: 'person', chosen: 'Bag' }));
      // Nobody is known to have decided about this label.
      unknown.formStateRestoreCallback(JSON.stringify({ kind: 'answered', chosen: 'Bag' }));
      field.formStateRestoreCallback('{"kind":"busy"');
      return [field.value, signed.value, unknown.value];
    });
    expect(restored).toEqual(['Bag', '', '']);
  });

  it('does not restore a label without the photo that the form must receive with it', async () => {
    await on.open(form());
    // Chromium restores no entries with a file. Other browsers may.
    const restored = await on.page.evaluate(() =>
      [false, true].map((includeFile) => {
        const field = document.createElement('fashion-classifier') as Field & {
          includeFile: boolean;
          formStateRestoreCallback(state: string): void;
        };
        field.includeFile = includeFile;
        const predictions = [{ label: 'Bag', index: 8, score: 0.9 }];
        const result = { predictions, abstained: null };
        field.formStateRestoreCallback(JSON.stringify({ kind: 'answered', by: 'model', result }));
        return field.value;
      }),
    );
    expect(restored).toEqual(['Bag', '']);
  });

  it('uses the page’s label element, and opens the picker on a click on it', async () => {
    const { field } = await on.open(
      '<label for="g">Your garment</label><fashion-classifier id="g"></fashion-classifier>',
    );
    await field.getByRole('group', { name: 'Your garment' }).waitFor();
    expect(await field.locator('[part=label]').isVisible()).toBe(false);
    const chooser = on.page.waitForEvent('filechooser');
    await on.page.getByText('Your garment').click();
    await chooser;
  });

  it('has the name of a label around it, without its own fallback, and opens one picker on a click', async () => {
    const { field, button } = await on.open(
      '<label>Your garment <fashion-classifier><select><option>Coat</select></fashion-classifier></label>',
    );
    await field.getByRole('group', { name: 'Your garment', exact: true }).waitFor();
    let pickers = 0;
    on.page.on('filechooser', () => {
      pickers += 1;
    });
    await button('Choose a photo').click();
    await on.page.locator('label').click({ position: { x: 5, y: 5 } });
    await expect.poll(() => pickers).toBe(2);
  });
});
