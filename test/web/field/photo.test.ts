/** @file The ways to give the field a photo: picker, drop, paste and keyboard; and the file that it uploads. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { greyPng } from '../../../train/report/png.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import type { Field } from '../../support/browser/field.ts';
import { FieldSite, useFieldSite } from './field-site.ts';

const TROUSER = 'examples/trouser.png';
const on = new FieldSite();
const FORM = '<form><fashion-classifier name="garment"></fashion-classifier></form>';

describeInBrowser('a photo', () => {
  useFieldSite(on);

  it('can be chosen in the picker, with the events of an <input>', async () => {
    const { button, reaches, field } = await on.open(FORM);
    await field.evaluate((element) => {
      const events: string[] = [];
      for (const name of ['input', 'change', 'cancel', 'problem']) {
        document.addEventListener(name, ({ target }) => events.push(`${name} ${(target as Field).value}`));
      }
      (element as Field & { events: string[] }).events = events;
    });
    const events = () =>
      field.evaluate((element) => (element as Field & { events: string[] }).events.splice(0));
    const chooser = on.page.waitForEvent('filechooser');
    await button('Choose a photo').click();
    await (await chooser).setFiles(TROUSER);
    await reaches('answered');
    expect(await events()).toEqual(['input Trouser', 'change Trouser']);
    await field.locator('select').selectOption('Bag');
    expect(await events()).toEqual(['input Bag', 'change Bag']);
    await button('Remove').click();
    expect(await events()).toEqual(['input ', 'change ']);
    const cancel = (input: Element) => void input.dispatchEvent(new Event('cancel', { bubbles: true }));
    await field.locator('input[type=file]').evaluate(cancel);
    expect(await events()).toEqual(['cancel ']);
  });

  it('can be chosen by a click on the zone, but not while there is an answer or the field is disabled', async () => {
    const { field, reaches, pick, button } = await on.open(FORM);
    const opened: unknown[] = [];
    on.page.on('filechooser', (chooser) => opened.push(chooser));
    const clickZone = () => field.locator('[part=zone]').click({ position: { x: 4, y: 4 } });
    await clickZone();
    await expect.poll(() => opened.length).toBe(1);
    await field.locator('[part=icon]').click();
    await expect.poll(() => opened.length).toBe(2);
    await field.locator('[part=drop]').click();
    await expect.poll(() => opened.length).toBe(3);
    await button('Choose a photo').click();
    await expect.poll(() => opened.length).toBe(4);
    await field.evaluate((element) => element.setAttribute('disabled', ''));
    await clickZone();
    await field.evaluate((element) => element.removeAttribute('disabled'));
    await pick(TROUSER);
    await reaches('answered');
    await clickZone();
    await on.page.waitForTimeout(300);
    expect(opened).toHaveLength(4);
  });

  it('can be dropped, also together with other files', async () => {
    const { field, reaches, value, is } = await on.open(FORM);
    const bytes = [...(await readFile(TROUSER))];
    const transfer = await on.page.evaluateHandle((bytes) => {
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

  it('can be pasted with the keyboard', async () => {
    const context = { permissions: ['clipboard-read', 'clipboard-write'] };
    const { button, reaches, value } = await on.open(FORM, { context });
    const bytes = [...(await readFile(TROUSER))];
    await on.page.evaluate(async (bytes) => {
      const blob = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    }, bytes);
    await button('Choose a photo').focus();
    await on.page.keyboard.press('Control+V');
    await reaches('answered');
    expect(await value()).toBe('Trouser');
  });

  it('moves the page below once, with its answer, so that a click meets what the visitor aims at', async () => {
    const { pick, field } = await on.open(FORM.replace('</form>', '<button>Send</button></form>'));
    const tops = field.evaluate(
      (element) =>
        new Promise<number[]>((resolve) => {
          const top = () => document.querySelector('form > button')?.getBoundingClientRect().top ?? 0;
          element.addEventListener('result', () =>
            requestAnimationFrame(() => {
              const tops = [top()];
              setTimeout(() => resolve([...tops, top()]), 500);
            }),
          );
        }),
    );
    await pick(TROUSER);
    const [atAnswer, later] = await tops;
    expect(later).toBe(atAnswer);
  });

  it('can be chosen, confirmed, corrected and removed with the keyboard alone', async () => {
    const { reaches, value, is } = await on.open(FORM);
    const focused = () =>
      on.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('part'));
    await on.page.keyboard.press('Tab');
    expect(await focused()).toBe('button choose');
    const chooser = on.page.waitForEvent('filechooser');
    await on.page.keyboard.press('Enter');
    await (await chooser).setFiles(TROUSER);
    await reaches('answered');
    await on.page.locator('[part=table]').waitFor();
    // The button keeps the focus. The result is now before it in the tab order.
    expect(await focused()).toBe('button choose');
    await on.page.keyboard.press('Shift+Tab');
    await on.page.keyboard.press('Enter');
    expect(await on.page.locator('[part=pixels]').isVisible()).toBe(true);
    await on.page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('select');
    await on.page.keyboard.press('Shift+Tab');
    await on.page.keyboard.press('Space');
    await on.page.locator('[part="button yes"][aria-pressed=true]').waitFor();
    expect(await focused()).toBe('button yes');
    await on.page.keyboard.press('Tab');
    await on.page.keyboard.type('Bag');
    await on.page.waitForFunction(
      () => (document.querySelector('fashion-classifier') as Field).value === 'Bag',
    );
    expect(await focused()).toBe('select');
    for (let i = 0; i < 3; i++) await on.page.keyboard.press('Tab');
    expect(await focused()).toBe('button remove quiet');
    await on.page.keyboard.press('Enter');
    expect([await value(), await is('empty'), await focused()]).toEqual(['', true, 'button choose']);
  });

  it('is turned upright by its Exif orientation and scaled down to 1024 pixels', async () => {
    const { pick, reaches, field } = await on.open(FORM);
    const photo = await on.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(4000, 3000);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.fillStyle = 'red';
      context.fillRect(0, 0, 4000, 1500);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return bytes.reduce((text, byte) => text + String.fromCharCode(byte), '');
    });
    // Exif orientation 6: the first stored row is the right edge of the upright photo.
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
    // The red half, which is stored at the top, is at the right.
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

  it('is uploaded unchanged when it is small', async () => {
    const { pick, reaches, field } = await on.open(FORM);
    await pick(TROUSER);
    await reaches('answered');
    const same = await field.evaluate((element) => (element as Field).file?.size);
    expect(same).toBe((await readFile(TROUSER)).length);
    // The endpoint refuses a long edge of more than 28 times the short one.
    await pick({ name: 'line.png', mimeType: 'image/png', buffer: greyPng(new Uint8Array(29), 29) });
    await reaches('failed');
    await on.page.getByText('This photo is too narrow. Please crop it.').first().waitFor();
  });
});
