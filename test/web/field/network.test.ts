/** @file The field on slow, broken and offline networks, with refused requests, and with hostile files. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { RATES } from '../../../edge/access/rates.ts';
import { noiseFrom } from '../../fixtures/garments.ts';
import { paint, png } from '../../fixtures/images.ts';
import { hostileFiles } from '../../fixtures/images-hostile.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Field, fieldOn } from '../../support/browser/field.ts';
import { startSite } from '../../support/browser/site.ts';
import { startWorker } from '../../support/worker.ts';
import { useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';

describeInBrowser('the field on unreliable networks', () => {
  const on = useRelayedSite();

  it.each(['append', 'moveBefore'] as const)(
    'uploads once and shows the result when the page moves it with %s during the upload',
    async (method) => {
      const { pick, reaches, value } = await on.openField();
      on.relay.uploads = 0;
      const release = on.relay.hold();
      await pick(TROUSER);
      await reaches('busy');
      while (on.relay.uploads === 0) await on.page.waitForTimeout(20);
      await on.page.evaluate((method) => {
        const field = document.querySelector('fashion-classifier') as Element;
        const body = document.body as Element & { moveBefore(node: Node, child: null): void };
        if (method === 'append') body.append(field);
        else body.moveBefore(field, null);
      }, method);
      release();
      await reaches('answered');
      expect([await value(), await on.problems(), on.relay.uploads]).toEqual(['Trouser', [], 1]);
    },
  );

  it('shows the progress of a slow upload, which can be cancelled', async () => {
    const { pick, reaches, button, status, is, field, flags } = await on.openField('required');
    const release = on.relay.hold();
    const cdp = await on.page.context().newCDPSession(on.page);
    const slow = { offline: false, latency: 20, downloadThroughput: 1e6, uploadThroughput: 120_000 };
    await field.hover();
    await on.page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('classify-')),
    );
    await cdp.send('Network.emulateNetworkConditions', slow);
    const shares = on.page.evaluate(
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
    const image = paint(250, 250, () => [noise(), noise(), noise()]);
    await pick({
      name: 'noise.png',
      mimeType: 'image/png',
      buffer: Buffer.from(await png(250, 250, image.data, { channels: 4 })),
    });
    expect((await shares).length).toBeGreaterThan(2);
    expect(await status.textContent()).toBe('Recognizing the garment…');
    expect([await is('busy'), await flags()]).toEqual([true, ['badInput']]);
    await button('Cancel').click();
    expect([await status.textContent(), await is('empty')]).toEqual(['Cancelled.', true]);
    release();
    await pick(TROUSER);
    await reaches('answered');
  });

  it('waits while the device is offline, then continues', async () => {
    const { pick, reaches, status, field } = await on.openField();
    await field.hover();
    await on.page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('classify-')),
    );
    await on.page.context().setOffline(true);
    await pick(TROUSER);
    await reaches('offline');
    expect(await status.textContent()).toBe(
      'You are offline. We will continue when you are connected again.',
    );
    await on.page.context().setOffline(false);
    await reaches('answered');
  });

  it('retries after the seconds in Retry-After', async () => {
    const { pick, reaches, status, field } = await on.openField();
    on.relay.uploads = 0;
    on.relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '2' });
    const start = Date.now();
    await pick(TROUSER);
    await reaches('waiting');
    expect(await status.textContent()).toMatch(/Too many photos were sent/);
    expect(await field.locator('[part=countdown]').textContent()).toMatch(/^Next attempt in [12] seconds?$/);
    await reaches('answered');
    expect(Date.now() - start).toBeGreaterThan(2000);
    expect(on.relay.uploads).toBe(2);
  });

  it('retries at the date in Retry-After, or after a default delay without the header', async () => {
    const { pick, reaches } = await on.openField();
    on.relay.refusals.push({
      status: 503,
      type: 'model-unavailable',
      retryAfter: new Date(Date.now() + 3000).toUTCString(),
    });
    on.relay.refusals.push({ status: 502, type: 'bad-gateway' });
    on.relay.uploads = 0;
    await pick(TROUSER);
    await reaches('answered');
    expect(on.relay.uploads).toBe(3);
  });

  it('fails at once when Retry-After is an hour, and the visitor can retry', async () => {
    const { pick, reaches, button } = await on.openField();
    on.relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '3600' });
    await pick(TROUSER);
    await reaches('failed');
    await button('Try again').click();
    await reaches('answered');
    expect(await on.problems()).toEqual(['too-many-requests']);
  });

  it('reports a missing key to the page’s developer, and offers no retry', async () => {
    const { pick, reaches, button, status } = await on.openField();
    on.relay.refusals.push({ status: 401, type: 'no-key' });
    await pick(TROUSER);
    await reaches('failed');
    expect(await status.textContent()).toMatch(/not set up correctly/);
    expect(await button('Try again').isHidden()).toBe(true);
    expect(await on.problems()).toEqual(['no-key']);
  });

  it('sends the site key, and calls the page’s headers function for each request', async () => {
    const { pick, field } = await on.openField('sitekey="site_of_a_shop_with_enough_letters"');
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
      const token = () => on.relay.lastHeaders['cf-turnstile-response'];
      await expect.poll(token).toBe(`token ${count}`);
      expect(on.relay.lastHeaders['x-site-key']).toBe('site_of_a_shop_with_enough_letters');
    }
  });

  it('reports an error of the page’s headers function, and offers a retry', async () => {
    const { pick, reaches, button, status, field } = await on.openField();
    await field.evaluate((element) => {
      const headers = () => {
        throw new Error('no token yet');
      };
      Object.assign(element, { headers });
    });
    await pick(TROUSER);
    await reaches('failed');
    expect(await status.textContent()).toMatch(/Something went wrong on our side/);
    expect(await on.problems()).toEqual(['page-error']);
    await field.evaluate((element) => Object.assign(element, { headers: {} }));
    await button('Try again').click();
    await reaches('answered');
  });

  it('rejects hostile files with a message and still works', async () => {
    const { reaches, pick } = await on.openField();
    const files = (await hostileFiles()).filter(({ bytes }) => bytes.length > 0);
    on.relay.files = new Map(files.map(({ bytes }, i) => [`/hostile/${i}`, bytes]));
    const addresses = [...on.relay.files.keys()].map((path) => `${on.relay.origin}${path}`);
    const texts = await on.page.evaluate(async (addresses) => {
      const field = document.querySelector('fashion-classifier') as Field & {
        classify(file: Blob): Promise<void>;
      };
      const texts: string[] = [];
      for (const address of addresses) {
        await field.classify(new Blob([await (await fetch(address)).arrayBuffer()]));
        const status = field.shadowRoot?.querySelector('[part=status]')?.textContent ?? '';
        texts.push(field.matches(':state(answered)') ? 'answered' : status);
      }
      return texts;
    }, addresses);
    expect(texts.length).toBeGreaterThan(80);
    const counts = Map.groupBy(texts, (text) => text);
    console.log([...counts].map(([text, { length }]) => `${length} × ${text}`).join('\n'));
    const known = [
      'answered',
      'We cannot use this file. Please choose another photo, as a JPEG or PNG file.',
      'This photo is too narrow. Please crop it.',
      'This browser cannot open HEIC photos. Save the photo as JPEG, or choose another one.',
    ];
    for (const text of counts.keys()) expect(known).toContain(text);
    // The field still works.
    await pick(TROUSER);
    await reaches('answered');
  });
});

describeInBrowser('the field at the Worker’s rate limit', () => {
  it('waits for the seconds in the limiter’s Retry-After', async () => {
    const open = await startSite({
      worker: startWorker({ variables: { ACCESS: 'open', ALLOWED_ORIGINS: '*' } }),
    });
    try {
      const body = await readFile(TROUSER);
      const ask = () => fetch(`${open.endpoint}/v1/classify`, { method: 'POST', body });
      for (let sent = 0; sent <= 2 * RATES.visitor.limit; sent++) if ((await ask()).status === 429) break;
      const visitor = await open.open('<fashion-classifier></fashion-classifier>');
      const { pick, reaches, field, button, is } = fieldOn(visitor);
      await pick(TROUSER);
      await reaches('waiting');
      const countdown = await field.locator('[part=countdown]').textContent();
      const seconds = Number(countdown?.match(/\d+/));
      expect(seconds).toBeGreaterThan(RATES.visitor.period - 10);
      expect(seconds).toBeLessThanOrEqual(RATES.visitor.period);
      await button('Cancel').click();
      expect(await is('empty')).toBe(true);
    } finally {
      await open.stop();
    }
  });
});
