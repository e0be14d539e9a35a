/** @file The field and what lies between it and the endpoint: nothing, little, refusals; and without it, on the device itself. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init } from '@jsquash/jpeg/encode.js';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RATES } from '../../../edge/access/rates.ts';
import { noiseFrom, shirt } from '../../fixtures/garments.ts';
import { jpeg, paint, png } from '../../fixtures/images.ts';
import { hostileFiles } from '../../fixtures/images-hostile.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Field, fieldOn } from '../../support/browser/field.ts';
import { type Relay, startRelay } from '../../support/browser/relay.ts';
import { type Site, startSite, strictPolicy } from '../../support/browser/site.ts';

const TROUSER = 'examples/trouser.png';

type Answer = { explanation: { image: string } };

let site: Site;
let relay: Relay;
let page: Page;

/** A field whose questions pass the relay. */
async function open(attributes = '', policy?: string) {
  const allowed = (policy ?? strictPolicy(site.endpoint)).replace(
    'connect-src',
    `connect-src ${relay.origin}`,
  );
  page = await site.open(
    `<fashion-classifier endpoint="${relay.origin}" ${attributes}></fashion-classifier>`,
    { policy: allowed },
  );
  await page.waitForFunction(() => customElements.get('fashion-classifier'));
  await page.evaluate(() => {
    const problems: string[] = [];
    document.addEventListener('problem', (event) => problems.push((event as CustomEvent).detail.type));
    Object.assign(document.body, { problems });
  });
  return fieldOn(page);
}
const problems = () => page.evaluate(() => (document.body as unknown as { problems: string[] }).problems);

describeInBrowser('the field', () => {
  beforeAll(async () => {
    site = await startSite();
    relay = await startRelay(site.endpoint);
  }, 100_000);
  afterAll(async () => {
    relay?.stop();
    await site?.stop();
  });
  afterEach(async () => {
    await page?.context().close();
    relay.refusals.length = 0;
    expect(site.errors.splice(0)).toEqual([]);
  });

  describe('on a network', () => {
    it.each(['append', 'moveBefore'] as const)(
      'gives the result of an upload during which %s moves the field',
      async (method) => {
        const { pick, reaches, value } = await open();
        relay.uploads = 0;
        const release = relay.hold();
        await pick(TROUSER);
        await reaches('busy');
        while (relay.uploads === 0) await page.waitForTimeout(20);
        await page.evaluate((method) => {
          const field = document.querySelector('fashion-classifier') as Element;
          const body = document.body as Element & { moveBefore(node: Node, child: null): void };
          if (method === 'append') body.append(field);
          else body.moveBefore(field, null);
        }, method);
        release();
        await reaches('answered');
        expect([await value(), await problems()]).toEqual(['Trouser', []]);
      },
    );

    it('that is slow shows how far it is, can be cancelled, and asked again', async () => {
      const { pick, reaches, button, status, is, field, flags } = await open();
      const release = relay.hold();
      const cdp = await page.context().newCDPSession(page);
      const slow = { offline: false, latency: 20, downloadThroughput: 1e6, uploadThroughput: 120_000 };
      await field.hover();
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('classify-')),
      );
      await cdp.send('Network.emulateNetworkConditions', slow);
      const shares = page.evaluate(
        () =>
          new Promise<number[]>((settle) => {
            const seen = new Set<number>();
            const progress = document
              .querySelector('fashion-classifier')
              ?.shadowRoot?.querySelector('progress');
            const observer = new MutationObserver(() => {
              if (progress?.hasAttribute('value')) seen.add(progress.value);
              else if (seen.size > 1) settle([...seen]);
            });
            observer.observe(progress as Element, { attributes: true });
          }),
      );
      const noise = noiseFrom(7);
      const grain = paint(250, 250, () => [noise(), noise(), noise()]);
      await pick({
        name: 'noise.png',
        mimeType: 'image/png',
        buffer: Buffer.from(await png(250, 250, grain.data, { channels: 4 })),
      });
      expect((await shares).length).toBeGreaterThan(2);
      expect(await status.textContent()).toBe('Looking at the photo…');
      expect([await is('busy'), await flags()]).toEqual([true, ['badInput']]);
      await button('Cancel').click();
      expect([await status.textContent(), await is('empty')]).toEqual(['Cancelled.', true]);
      release();
      await pick(TROUSER);
      await reaches('answered');
    });

    it('that is not there waits for it, and goes on by itself', async () => {
      const { pick, reaches, status, field } = await open();
      await field.hover();
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('classify-')),
      );
      await page.context().setOffline(true);
      await pick(TROUSER);
      await reaches('offline');
      expect(await status.textContent()).toBe('You are offline. It goes on when you are back.');
      await page.context().setOffline(false);
      await reaches('answered');
    });

    it('whose endpoint refuses for a while asks again when it was told to', async () => {
      const { pick, reaches, status, field } = await open();
      relay.uploads = 0;
      relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '2' });
      const start = Date.now();
      await pick(TROUSER);
      await reaches('waiting');
      expect(await status.textContent()).toMatch(/Many are asking/);
      expect(await field.locator('[part=countdown]').textContent()).toMatch(/in [12] seconds?/);
      await reaches('answered');
      expect(Date.now() - start).toBeGreaterThan(2000);
      expect(relay.uploads).toBe(2);
    });

    it('whose endpoint has a date in mind, or none, asks again all the same', async () => {
      const { pick, reaches } = await open();
      relay.refusals.push({
        status: 503,
        type: 'model-unavailable',
        retryAfter: new Date(Date.now() + 3000).toUTCString(),
      });
      relay.refusals.push({ status: 502, type: 'bad-gateway' });
      relay.uploads = 0;
      await pick(TROUSER);
      await reaches('answered');
      expect(relay.uploads).toBe(3);
    });

    it('whose endpoint wants an hour says so at once, and lets a person try', async () => {
      const { pick, reaches, button } = await open();
      relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '3600' });
      await pick(TROUSER);
      await reaches('failed');
      await button('Try again').click();
      await reaches('answered');
      expect(await problems()).toEqual(['too-many-requests']);
    });

    it('whose endpoint is set up wrongly tells the page’s author, and nobody to try again', async () => {
      const { pick, reaches, button, status } = await open();
      relay.refusals.push({ status: 401, type: 'no-key' });
      await pick(TROUSER);
      await reaches('failed');
      expect(await status.textContent()).toMatch(/not set up as it should be/);
      expect(await button('Try again').isHidden()).toBe(true);
      expect(await problems()).toEqual(['no-key']);
    });
  });

  it('sends the page’s site key, and headers that the page has at hand each time', async () => {
    const { pick, field } = await open('sitekey="site_of_a_shop_with_enough_letters"');
    await field.evaluate((element) => {
      let count = 0;
      const headers = async () => {
        count += 1;
        return { 'cf-turnstile-response': `token ${count}` };
      };
      Object.assign(element, { headers });
    });
    for (const count of [1, 2]) {
      await pick(TROUSER);
      const token = () => relay.lastHeaders['cf-turnstile-response'];
      await expect.poll(token, { timeout: 15_000 }).toBe(`token ${count}`);
      expect(relay.lastHeaders['x-site-key']).toBe('site_of_a_shop_with_enough_letters');
    }
  });

  it('renews a token before it ends', async () => {
    const { pick, reaches, get } = await open('name="g" sign');
    await page.clock.install();
    await pick(TROUSER);
    await reaches('answered');
    const first = await get('token');
    relay.uploads = 0;
    await page.clock.fastForward(260_000);
    expect(await get('token')).toBe(first);
    await page.clock.fastForward(15_000);
    await page.waitForFunction(
      (first) => (document.querySelector('fashion-classifier') as Field).token !== first,
      first,
    );
    expect(await get('token')).toMatch(/^eyJ/);
    expect(relay.uploads).toBe(1);
  });

  it('survives files that mean harm, and says what they are', { timeout: 120_000 }, async () => {
    const { reaches, pick } = await open();
    const files = (await hostileFiles()).filter(({ bytes }) => bytes.length > 0);
    const texts = await page.evaluate(
      async (files) => {
        const field = document.querySelector('fashion-classifier') as Field & {
          classify(file: Blob): Promise<void>;
        };
        const texts: string[] = [];
        for (const file of files) {
          await field.classify(new Blob([Uint8Array.from(file, (character) => character.charCodeAt(0))]));
          const status = field.shadowRoot?.querySelector('[part=status]')?.textContent ?? '';
          texts.push(field.matches(':state(answered)') ? 'answered' : status);
        }
        return texts;
      },
      files.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
    );
    expect(texts.length).toBeGreaterThan(80);
    const counts = Map.groupBy(texts, (text) => text);
    console.log([...counts].map(([text, { length }]) => `${length} × ${text}`).join('\n'));
    const known = [
      'answered',
      'This file is no photo that can be read. Choose a JPEG or PNG file.',
      'The photo is too large. Choose a smaller one.',
      'This browser cannot read HEIC photos. Save it as JPEG, or choose another.',
    ];
    for (const text of counts.keys()) expect(known).toContain(text);
    // After all that the field is as it was.
    await pick(TROUSER);
    await reaches('answered');
  });

  describe('on the device itself', () => {
    const policy = () => strictPolicy(site.endpoint).replace('script-src', "script-src 'wasm-unsafe-eval'");

    it('answers without sending the picture, and says so', async () => {
      const { pick, reaches, value, field } = await open('mode="local"', policy());
      await field.getByText('It stays on this device.').waitFor();
      relay.uploads = 0;
      const sent: string[] = [];
      page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
      await pick(TROUSER);
      await reaches('answered');
      expect([await value(), relay.uploads, sent]).toEqual(['Trouser', 0, []]);
      await field.locator('summary').click();
      await field.getByText('Computed on this device.').waitFor();
    });

    it('does so where the endpoint does not answer, with mode="auto"', async () => {
      const { pick, reaches, field } = await open('mode="auto"', policy());
      for (let i = 0; i < 4; i++)
        relay.refusals.push({ status: 503, type: 'model-unavailable', retryAfter: '80' });
      relay.uploads = 0;
      await pick(TROUSER);
      await reaches('answered');
      expect(relay.uploads).toBe(1);
      await field.locator('summary').click();
      await field.getByText('Computed on this device.').waitFor();
    });

    it('cannot do it where the page’s policy forbids WebAssembly, and does not send it in secret', async () => {
      const { pick, reaches, status } = await open('mode="local"');
      relay.uploads = 0;
      await pick(TROUSER);
      await reaches('failed');
      expect(await status.textContent()).toBe('This browser cannot look at the photo by itself.');
      expect([await problems(), relay.uploads]).toEqual([['no-local'], 0]);
    });

    it('gives the endpoint’s answer to 200 pictures, bit for bit', { timeout: 120_000 }, async () => {
      await init(
        await WebAssembly.compile(await readFile('node_modules/@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm')),
      );
      await open('mode="local"', policy());
      const pictures = await twoHundred();
      expect(pictures).toHaveLength(200);
      const differing: string[] = [];
      for (const { name, bytes } of pictures) {
        // The bytes that the field sends: what it has made smaller is made smaller once, for both.
        const [there, here] = await page.evaluate(
          async ([bytes, endpoint]) => {
            const field = document.querySelector('fashion-classifier') as Field & {
              classify(file: Blob): Promise<void>;
            };
            await field.classify(
              new Blob([Uint8Array.from(bytes as string, (character) => character.charCodeAt(0))]),
            );
            const response = await fetch(`${endpoint}/v1/classify?explain=1`, {
              method: 'POST',
              body: field.file as File,
            });
            const { id: _, ...answer } = await response.json();
            /** Two programs pack the same pixels into different PNG files. */
            const unpacked = async (answer: Answer) => {
              const { image, ...explanation } = answer.explanation;
              const binary = atob(image.slice(image.indexOf(',') + 1));
              const png = Uint8Array.from(binary, (character) => character.charCodeAt(0));
              const context = new OffscreenCanvas(28, 28).getContext(
                '2d',
              ) as OffscreenCanvasRenderingContext2D;
              context.drawImage(await createImageBitmap(new Blob([png])), 0, 0);
              const pixels = [...context.getImageData(0, 0, 28, 28).data];
              return JSON.stringify({ ...answer, explanation: { ...explanation, pixels } });
            };
            return [await unpacked(answer), await unpacked(field.result as Answer)];
          },
          [Buffer.from(bytes).toString('latin1'), relay.origin],
        );
        if (here !== there) differing.push(name);
      }
      expect(differing).toEqual([]);
    });
  });
});

/** A hundred photos where there are some, and drawn ones in several formats. */
async function twoHundred(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const pictures: { name: string; bytes: Uint8Array }[] = [];
  const folder = process.env.PHOTOS_DIR;
  const names = folder ? await readdir(folder, { recursive: true }) : [];
  for (const name of names
    .filter((name) => /\.jpe?g$/.test(name))
    .filter((_, i) => i % 2 === 0)
    .slice(0, 100)) {
    pictures.push({ name, bytes: await readFile(join(folder as string, name)) });
  }
  for (let i = 0; pictures.length < 200; i++) {
    const flags = {
      pair: i % 7 === 0,
      light: i % 2 === 0,
      floor: i % 3 === 0,
      print: i % 5 === 0,
      halves: i % 4 === 0,
      cut: i % 11 === 0,
    };
    const { pixels } = shirt(flags);
    // Each in its own size, so that no two are the same picture.
    const [width, height] = [120 + i, 160 + i];
    const scaled = paint(width, height, (x, y) => {
      const at =
        4 *
        (Math.floor((y * pixels.height) / height) * pixels.width + Math.floor((x * pixels.width) / width));
      return [pixels.data[at] as number, pixels.data[at + 1] as number, pixels.data[at + 2] as number];
    });
    const bytes =
      i % 3 === 0
        ? await png(width, height, scaled.data, { channels: 4 })
        : await jpeg(scaled, { quality: 80 + (i % 20) });
    pictures.push({ name: `drawn ${i}`, bytes });
  }
  return pictures;
}

describeInBrowser('a visitor who has asked too often', () => {
  it('is told to wait by the Worker’s own limiter, whose word the field keeps', {
    timeout: 120_000,
  }, async () => {
    const open = await startSite({ ACCESS: 'open', ALLOWED_ORIGINS: '*' });
    try {
      const body = await readFile(TROUSER);
      const ask = () => fetch(`${open.endpoint}/v1/classify`, { method: 'POST', body });
      for (let sent = 0; sent <= 2 * RATES.visitor.limit; sent++) if ((await ask()).status === 429) break;
      const visitor = await open.open('<fashion-classifier></fashion-classifier>');
      const { pick, reaches, field, button, is } = fieldOn(visitor);
      await pick(TROUSER);
      await reaches('waiting');
      const seconds = Number.parseInt(
        (await field.locator('[part=countdown]').textContent())?.slice(3) ?? '',
        10,
      );
      expect(seconds).toBeGreaterThan(RATES.visitor.period - 10);
      expect(seconds).toBeLessThanOrEqual(RATES.visitor.period);
      await button('Cancel').click();
      expect(await is('empty')).toBe(true);
    } finally {
      await open.stop();
    }
  });
});
