/** @file `<fashion-classifier>` as a form control: what native ones do, it does, in a page with a strict policy on another origin. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

/** Opens a page, and waits until the element is there. */
async function open(...args: Parameters<Site['open']>) {
  page = await site.open(...args);
  await page.waitForFunction(() => customElements.get('fashion-classifier'));
  return fieldOn(page);
}

/** Returns what the field holds and shows, and the entries of the form that contains it. */
const contentOf = (form: string) =>
  page.evaluate((form) => {
    const field = document.querySelector('fashion-classifier') as Field;
    const root = field.shadowRoot as ShadowRoot;
    return {
      value: field.value,
      score: field.score,
      file: field.file?.name,
      state: field.state,
      parent: field.parentElement?.id,
      entries: [...new FormData(document.querySelector(form) as HTMLFormElement)] as [string, string][],
      view: root.innerHTML,
      select: root.querySelector('select')?.value,
      drawings: [...root.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()),
    };
  }, form);

describeInBrowser('the field', () => {
  beforeAll(async () => {
    site = await startSite();
  }, 100_000);
  afterAll(() => site?.stop());
  afterEach(async () => {
    await page?.context().close();
    expect(site.errors.splice(0)).toEqual([]);
  });

  describe('in a form', () => {
    it('sends label, score, token and picture to a back end, which verifies them', async () => {
      const port = await freePort();
      const env = { ...process.env, ENDPOINT: site.endpoint, PORT: String(port) };
      const server = spawn(process.execPath, ['examples/form/server.ts'], { env, stdio: 'inherit' });
      try {
        const address = `http://localhost:${port}`;
        while (!(await fetch(address).catch(() => undefined)))
          await new Promise((settle) => setTimeout(settle, 50));
        page = await (await site.browser.newContext()).newPage();
        const { pick, reaches, field } = fieldOn(page);
        const offer = async () => {
          await pick(TROUSER);
          await reaches('answered');
        };
        await page.goto(address);
        await offer();
        const entries = new Map(await entriesOn(page));
        expect(entries.get('garment')).toBe('Trouser');
        expect(Number(entries.get('garment-score'))).toBeGreaterThan(0.9);
        expect(entries.get('garment-file')).toBe('trouser.png');
        expect(await field.locator('input, button').first().isDisabled()).toBe(true);
        const token = entries.get('garment-token') as string;
        await page.getByRole('button', { name: 'Offer it' }).click();
        expect(await page.textContent('body')).toBe('Offered: Trouser.');

        await page.goto(address);
        await offer();
        await field.locator('select').selectOption('Bag');
        expect(new Map(await entriesOn(page)).get('garment')).toBe('Bag');
        await page.getByRole('button', { name: 'Offer it' }).click();
        expect(await page.textContent('body')).toMatch(/The model says Trouser, you say otherwise/);

        // What a browser could send without the endpoint's word.
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

    it('is missing until it has a label, says so, and lets the form go then', async () => {
      const { flags, pick, reaches, field, get } = await open(form('required'));
      expect(await flags()).toEqual(['valueMissing']);
      await page.getByRole('button', { name: 'Send' }).click();
      expect(await field.locator('[part=error]').textContent()).toBe('Choose a photo of the garment.');
      // Focus is where it can be mended.
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

    it('is sent without entries where it is optional and empty, disabled, or has no name', async () => {
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

    it('is reset with it, to its attribute or to nothing', async () => {
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

    it('belongs to the form that its attribute names, and is disabled with its fieldset', async () => {
      const { button, field } = await open(
        '<form id="far"></form><fieldset disabled><fashion-classifier name="g" form="far"></fashion-classifier></fieldset>',
      );
      expect(await field.evaluate((element) => (element as HTMLInputElement).form?.id)).toBe('far');
      expect(await button('Choose a photo').isDisabled()).toBe(true);
      await field.evaluate((element) =>
        (element as Field & { classify(file: Blob): Promise<void> }).classify(new Blob(['x'])),
      );
      expect(await fieldOn(page).is('empty')).toBe(true);
      await page.evaluate(() => {
        (document.querySelector('fieldset') as HTMLFieldSetElement).disabled = false;
      });
      expect(await button('Choose a photo').isEnabled()).toBe(true);
    });

    it('takes custom validity, and a least score that a person can overrule', async () => {
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

    it('comes back with its label when the page does', async () => {
      const { pick, reaches, value } = await open(form());
      await pick(TROUSER);
      await reaches('answered');
      await page.goto(site.put('/elsewhere', 'Elsewhere'));
      await page.goBack();
      await reaches('answered');
      expect(await value()).toBe('Trouser');
      const remembered = await page.evaluate(() => {
        const field = document.createElement('fashion-classifier') as Field & {
          formStateRestoreCallback(state: string): void;
        };
        field.formStateRestoreCallback(JSON.stringify({ kind: 'answered', said: 'Bag' }));
        const signed = document.createElement('fashion-classifier') as typeof field;
        signed.setAttribute('sign', '');
        signed.formStateRestoreCallback(JSON.stringify({ kind: 'answered', said: 'Bag' }));
        field.formStateRestoreCallback('{"kind":"busy"');
        return [field.value, signed.value];
      });
      expect(remembered).toEqual(['Bag', '']);
    });

    it('has the label of the page', async () => {
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

  describe('takes a picture', () => {
    it('from the picker, with events as an input has them', async () => {
      const { button, reaches, field } = await open(form());
      await field.evaluate((element) => {
        const heard: string[] = [];
        for (const name of ['input', 'change', 'cancel', 'problem']) {
          document.addEventListener(name, ({ target }) => heard.push(`${name} ${(target as Field).value}`));
        }
        (element as Field & { heard: string[] }).heard = heard;
      });
      const heard = () =>
        field.evaluate((element) => (element as Field & { heard: string[] }).heard.splice(0));
      const chooser = page.waitForEvent('filechooser');
      await button('Choose a photo').click();
      await (await chooser).setFiles(TROUSER);
      await reaches('answered');
      expect(await heard()).toEqual(['input Trouser', 'change Trouser']);
      await field.locator('select').selectOption('Bag');
      expect(await heard()).toEqual(['input Bag', 'change Bag']);
      await button('Remove').click();
      expect(await heard()).toEqual(['input ', 'change ']);
      const cancel = (input: Element) => void input.dispatchEvent(new Event('cancel', { bubbles: true }));
      await field.locator('input[type=file]').evaluate(cancel);
      expect(await heard()).toEqual(['cancel ']);
    });

    it('that is dropped, also among other files', async () => {
      const { field, reaches, value, is } = await open(form());
      const bytes = [...(await readFile(TROUSER))];
      const transfer = await page.evaluateHandle((bytes) => {
        const data = new DataTransfer();
        data.items.add(new File(['text'], 'notes.txt', { type: 'text/plain' }));
        data.items.add(new File([new Uint8Array(bytes)], 'trouser.png', { type: 'image/png' }));
        return data;
      }, bytes);
      const zone = field.locator('[part=zone]');
      await zone.dispatchEvent('dragenter', { dataTransfer: transfer });
      expect(await is('dragging')).toBe(true);
      await zone.dispatchEvent('drop', { dataTransfer: transfer });
      await reaches('answered');
      expect([await value(), await is('dragging')]).toEqual(['Trouser', false]);
    });

    it('that is pasted with the keyboard', async () => {
      const context = { permissions: ['clipboard-read', 'clipboard-write'] };
      const { button, reaches, value } = await open(form(), { context });
      const bytes = [...(await readFile(TROUSER))];
      await page.evaluate(async (bytes) => {
        const blob = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
      }, bytes);
      await button('Choose a photo').focus();
      await page.keyboard.press('Control+V');
      await reaches('answered');
      expect(await value()).toBe('Trouser');
    });

    it('by the keyboard alone, and the person’s word with it', async () => {
      const { reaches, value, is } = await open(form());
      const focused = () =>
        page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('part'));
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('button choose');
      const chooser = page.waitForEvent('filechooser');
      await page.keyboard.press('Enter');
      await (await chooser).setFiles(TROUSER);
      await reaches('answered');
      await page.locator('[part=table]').waitFor();
      // Focus has stayed on the button, which is behind the answer now.
      expect(await focused()).toBe('button choose');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      expect(await page.locator('[part=pixels]').isVisible()).toBe(true);
      await page.keyboard.press('Shift+Tab');
      expect(await focused()).toBe('select');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Space');
      await page.locator('[part="button yes"][aria-pressed=true]').waitFor();
      expect(await focused()).toBe('button yes');
      await page.keyboard.press('Tab');
      await page.keyboard.type('Bag');
      await page.waitForFunction(
        () => (document.querySelector('fashion-classifier') as Field).value === 'Bag',
      );
      expect(await focused()).toBe('select');
      for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
      expect(await focused()).toBe('button remove quiet');
      await page.keyboard.press('Enter');
      expect([await value(), await is('empty'), await focused()]).toEqual(['', true, 'button choose']);
    });

    it('upright and small: a photo of 12 megapixels that its camera has turned', async () => {
      const { pick, reaches, field } = await open(form());
      const photo = await page.evaluate(async () => {
        const canvas = new OffscreenCanvas(4000, 3000);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.fillStyle = 'red';
        context.fillRect(0, 0, 4000, 1500);
        const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
        const bytes = new Uint8Array(await blob.arrayBuffer());
        return bytes.reduce((text, byte) => text + String.fromCharCode(byte), '');
      });
      // Exif: orientation 6, the stored left edge is the top one.
      const exif = [
        0xff,
        0xe1,
        0,
        34,
        ...Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0', 'latin1'),
      ];
      const [start, rest] = [photo.slice(0, 2), photo.slice(2)].map((part) => Buffer.from(part, 'latin1'));
      const buffer = Buffer.concat([start, Buffer.from(exif), rest]);
      await pick({ name: 'IMG_1.JPG', mimeType: 'image/jpeg', buffer });
      await reaches('answered');
      const sent = await field.evaluate(async (element) => {
        const file = (element as Field).file as File;
        const { width, height } = await createImageBitmap(file);
        return { name: file.name, type: file.type, width, height, size: file.size };
      });
      expect(sent).toEqual({
        name: 'IMG_1.jpg',
        type: 'image/jpeg',
        width: 768,
        height: 1024,
        size: expect.any(Number),
      });
      expect(sent.size).toBeLessThan(200_000);
      // Seen upright: what was above is at the right.
      const corner = await field.locator('[part=preview]').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const pixel = (x: number, y: number) => [
          ...(canvas.getContext('2d')?.getImageData(x, y, 1, 1).data ?? []),
        ];
        return [pixel(canvas.width - 4, 4)[0], pixel(4, 4)[0]];
      });
      expect(corner[0]).toBeGreaterThan(200);
      expect(corner[1]).toBeLessThan(50);
    });

    it('as it is where it is small, whatever its format', async () => {
      const { pick, reaches, field } = await open(form());
      await pick(TROUSER);
      await reaches('answered');
      const same = await field.evaluate((element) => (element as Field).file?.size);
      expect(same).toBe((await readFile(TROUSER)).length);
    });
  });

  describe('is a guest', () => {
    it('that was in the page before its script, with properties and a file that somebody has picked', async () => {
      const policy = `default-src 'none'; script-src ${site.endpoint}; connect-src ${site.endpoint}`;
      page = await site.open(form(), { head: '', policy });
      await page.evaluate(() => {
        const field = document.querySelector('fashion-classifier') as Field;
        Object.assign(field, { required: true, messages: { choose: 'Pick one' } });
        const input = Object.assign(document.createElement('input'), { type: 'file', name: 'image' });
        field.append(input);
      });
      const { field, reaches, value, button } = fieldOn(page);
      await field.locator('input').setInputFiles(TROUSER);
      await page.addScriptTag({ type: 'module', url: `${site.endpoint}/field.js` });
      await reaches('answered');
      expect(await value()).toBe('Trouser');
      expect(await field.getAttribute('required')).toBe('');
      await button('Remove').click();
      await button('Pick one').waitFor();
      expect(await entriesOn(page)).toEqual([]);
    });

    it('twice in a page, once by its evergreen and once by its pinned address, and several of it', async () => {
      const index = await (await fetch(`${site.endpoint}/field.json`)).json();
      const pinned = `<script type="module" src="${site.endpoint}${index.url}" integrity="${index.integrity}" crossorigin></script>`;
      const evergreen = `<script type="module" src="${site.endpoint}/field.js"></script>`;
      await open(form('id="one"', '<fashion-classifier name="two" id="two"></fashion-classifier>'), {
        head: pinned + evergreen + evergreen,
      });
      const [one, two] = [fieldOn(page, '#one'), fieldOn(page, '#two')];
      await one.pick(TROUSER);
      await one.reaches('answered');
      expect([await two.value(), (await entriesOn(page)).map(([name]) => name)]).toEqual([
        '',
        ['garment', 'garment-score'],
      ]);
      await two.pick(TROUSER);
      await two.reaches('answered');
      expect(await entriesOn(page)).toHaveLength(4);
    });

    it('whose integrity hash keeps others out, in the parts that come later too', async () => {
      const index = await (await fetch(`${site.endpoint}/field.json`)).json();
      const wrong = `sha384-${'A'.repeat(64)}`;
      page = await site.open(form(), {
        head: `<script type="module" src="${site.endpoint}${index.url}" integrity="${wrong}" crossorigin></script>`,
      });
      await page.waitForLoadState('networkidle');
      expect(await page.evaluate(() => customElements.get('fashion-classifier') === undefined)).toBe(true);
      expect(site.errors.splice(0).join()).toMatch(/integrity/);
      for (const [path, integrity] of Object.entries(index.parts as Record<string, string>)) {
        const response = await fetch(`${site.endpoint}${path}`, { integrity });
        expect([response.status, response.headers.get('cache-control')], path).toEqual([
          200,
          expect.stringContaining('immutable'),
        ]);
        expect(response.headers.get('access-control-allow-origin')).toBe('*');
      }
    });

    it.each(['append', 'moveBefore'] as const)(
      'keeps value, form entries and view when %s moves it with a result',
      async (method) => {
        const { pick, reaches, field, value } = await open(`${form()}<form id="other"></form>`);
        await pick(TROUSER);
        await reaches('answered');
        await field.locator('select').selectOption('Bag');
        const before = await contentOf('form:not(#other)');
        expect(before).toMatchObject({ value: 'Bag', file: 'trouser.png', parent: '' });
        expect(before.entries.map(([name]) => name)).toEqual(['garment', 'garment-score']);

        const events = await page.evaluate((method) => {
          const field = document.querySelector('fashion-classifier') as Field;
          const other = document.querySelector('#other') as Element & {
            moveBefore(node: Node, child: null): void;
          };
          const events: string[] = [];
          for (const name of ['input', 'change', 'cancel', 'problem'])
            field.addEventListener(name, () => events.push(name));
          if (method === 'append') other.append(field);
          else other.moveBefore(field, null);
          return new Promise<string[]>((settle) => setTimeout(settle, 100, events));
        }, method);
        expect(events).toEqual([]);
        expect(await contentOf('#other')).toEqual({ ...before, parent: 'other' });
        expect(await entriesOn(page)).toEqual([]);

        await field.locator('select').selectOption('Coat');
        expect(await value()).toBe('Coat');
      },
    );

    it('stops working when it is removed from the page', async () => {
      const { pick, reaches } = await open(form());
      await pick(TROUSER);
      await reaches('answered');
      const busy = await page.evaluate(async () => {
        const field = document.querySelector('fashion-classifier') as Field;
        const done = field.classify(field.file as File);
        field.remove();
        await done;
        return field.matches(':state(busy)');
      });
      expect(busy).toBe(true);
    });

    it('that can be imported where there is no DOM', async () => {
      const { FashionClassifier } = await import('../../../web/field/field.ts');
      expect(FashionClassifier.formAssociated).toBe(true);
      expect('fashion-classifier' in globalThis).toBe(false);
    });

    it('that says nothing on the page’s global object, and brings nothing before somebody means it', async () => {
      const requests: string[] = [];
      page = await (await site.browser.newContext()).newPage();
      page.on('request', (request) => requests.push(new URL(request.url()).pathname));
      await page.goto(site.put('/quiet', form(), { head: '' }));
      const before = await page.evaluate(() => Object.getOwnPropertyNames(globalThis).length);
      await page.goto(site.put('/quiet', form()));
      await page.waitForFunction(() => customElements.get('fashion-classifier'));
      await page.waitForTimeout(200);
      expect(await page.evaluate(() => Object.getOwnPropertyNames(globalThis).length)).toBe(before);
      expect(requests.filter((path) => path.startsWith('/field'))).toEqual(['/field.js']);
      await fieldOn(page).field.hover();
      await page.waitForRequest('**/field/classify-*.js', { timeout: 2000 }).catch(() => {});
      expect(requests.filter((path) => path.startsWith('/field/'))).toHaveLength(1);
    });

    it('whose page has no script: the endpoint answers with one', async () => {
      page = await site.open(
        `<form action="/submit" method="post" enctype="multipart/form-data"><fashion-classifier name="garment">
<input type="file" name="image"><button formaction="${site.endpoint}/v1/classify">What is it?</button></fashion-classifier></form>`,
        { policy: "default-src 'none'", context: { javaScriptEnabled: false } },
      );
      await page.locator('input').setInputFiles(TROUSER);
      await page.getByRole('button', { name: 'What is it?' }).click();
      await page.waitForURL('**/v1/classify');
      expect(await page.locator('h1').textContent()).toBe('Trouser');
      expect(await page.locator('tr').count()).toBe(5);
      expect(await page.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(
        28,
      );
    });
  });
});
