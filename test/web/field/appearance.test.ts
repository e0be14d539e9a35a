/** @file The appearance of the field: languages, directions, colour schemes, forced colours, motion, and the page's own styles. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import { type Relay, startRelay } from '../../support/browser/relay.ts';
import { type PageOptions, type Site, startSite, strictPolicy } from '../../support/browser/site.ts';

const TROUSER = 'examples/trouser.png';
/** A page with a light and a dark scheme. */
const STYLE =
  ':root{color-scheme:light dark}body{margin:0;padding:1rem;background:light-dark(#fff,#121214);color:light-dark(#111,#eee);font:16px/1.5 system-ui,sans-serif}';

let site: Site;
let relay: Relay;
let page: Page;

type Options = PageOptions & { context?: BrowserContextOptions };

/** Opens a form with a field whose uploads pass the relay. */
async function open(attributes = '', { style = '', ...options }: Options & { style?: string } = {}) {
  const policy = `${strictPolicy(site.endpoint).replace('connect-src', `connect-src ${relay.origin}`)}; style-src 'unsafe-inline'`;
  const head = `<style>${STYLE}${style}</style><script type="module" src="${site.endpoint}/field.js"></script>`;
  const field = `<fashion-classifier name="g" required endpoint="${relay.origin}" ${attributes}></fashion-classifier>`;
  page = await site.open(`<form>${field}<button>Send</button></form>`, { policy, head, ...options });
  await page.waitForFunction(() => customElements.get('fashion-classifier'));
  return fieldOn(page);
}

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

  it.each([
    ['de-AT', 'Foto auswählen', /Hose, 99\s%/],
    ['fr', 'Choisir une photo', /Pantalon, 99\s%/],
    ['es', 'Elegir una foto', /Pantalón, 99\s%/],
    ['zh-Hans', '选择照片', '裤子, 99%'],
    ['eo', 'Choose a photo', /Trousers, 99\s?%/],
  ] as const)(
    'shows its texts in the language %s, but submits the model’s label',
    async (lang, choose, answer) => {
      const { field, button, status, pick, reaches, value } = await open('', { lang });
      await button(choose).waitFor();
      await pick(TROUSER);
      await reaches('answered');
      expect(await status.textContent()).toMatch(answer);
      expect(await value()).toBe('Trouser');
      const words = await field.locator('[part=field]').getAttribute('lang');
      expect(words).toBe(lang === 'eo' ? 'en' : lang);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    },
  );

  it('shows the page’s own texts', async () => {
    const { field, button } = await open('label="Your coat" hint="One photo, please"');
    await field.evaluate((element) =>
      Object.assign(element, { messages: { choose: 'Show us', missing: 'Show us first' } }),
    );
    await button('Show us').waitFor();
    await field.getByText('Your coat').waitFor();
    await field.getByText('One photo, please').waitFor();
    expect(await field.evaluate((element) => (element as HTMLInputElement).validationMessage)).toBe(
      'Show us first',
    );
  });

  it('follows the page’s direction from right to left', async () => {
    const { field, pick, reaches } = await open('', { dir: 'rtl', lang: 'ar' });
    await pick(TROUSER);
    await reaches('answered');
    await field.locator('table').waitFor();
    const [preview, table, bar, track] = await Promise.all(
      ['preview', 'table', 'bar', 'track'].map(async (part) => {
        const box = await field.locator(`[part=${part}]`).first().boundingBox();
        return { left: box?.x ?? 0, right: (box?.x ?? 0) + (box?.width ?? 0) };
      }),
    );
    expect(preview.left).toBeGreaterThan(table.right);
    expect(bar.right).toBeCloseTo(track.right, 0);
  });

  it('shows bars and focus in forced colours', async () => {
    const { field, pick, reaches } = await open('', { context: { forcedColors: 'active' } });
    await pick(TROUSER);
    await reaches('answered');
    await field.locator('table').waitFor();
    const colours = await field
      .locator('[part=bar]')
      .first()
      .evaluate((bar) => {
        const [{ backgroundColor: drawn }, { backgroundColor: behind }] = [
          bar,
          bar.parentElement as Element,
        ].map((element) => getComputedStyle(element));
        return [drawn, behind];
      });
    expect(colours[0]).not.toBe(colours[1]);
    await field.locator('select').focus();
    expect(await field.locator('select').evaluate((element) => getComputedStyle(element).outlineStyle)).toBe(
      'solid',
    );
  });

  it('hides the moving progress bar when the visitor prefers reduced motion', async () => {
    const { pick, reaches, field, status } = await open('', { context: { reducedMotion: 'reduce' } });
    const progress = field.locator('[part=progress]');
    const release = relay.hold();
    await pick(TROUSER);
    await reaches('classifying');
    expect([await progress.isVisible(), await status.textContent()]).toEqual([
      false,
      'Recognizing the garment…',
    ]);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await progress.isVisible()).toBe(true);
    release();
  });

  it('uses the page’s custom properties, ::part() and :state() styles', async () => {
    const style = `fashion-classifier { --fashion-accent: rgb(0, 100, 0); --fashion-radius: 0; }
      fashion-classifier::part(label) { color: rgb(1, 2, 3); }
      fashion-classifier:state(answered)::part(zone) { background: rgb(4, 5, 6); }`;
    const { field, pick, reaches } = await open('', { style });
    await pick(TROUSER);
    await reaches('answered');
    await field.locator('table').waitFor();
    const styleOf = (part: string, property: string) =>
      field
        .locator(`[part=${part}]`)
        .first()
        .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), property);
    expect(await styleOf('bar', 'background-color')).toBe('rgb(0, 100, 0)');
    expect(await styleOf('label', 'color')).toBe('rgb(1, 2, 3)');
    expect(await styleOf('zone', 'background-color')).toBe('rgb(4, 5, 6)');
    expect(await styleOf('zone', 'border-radius')).toBe('0px');
  });

  it('follows the page’s colour scheme, not the system’s', async () => {
    const surface = async (scheme: string, colorScheme: 'light' | 'dark') => {
      const { field } = await open('', {
        style: `:root { color-scheme: ${scheme}; }`,
        context: { colorScheme },
      });
      const colour = await field
        .locator('[part=zone]')
        .evaluate((zone) => getComputedStyle(zone).backgroundColor);
      await page.context().close();
      return colour;
    };
    expect(await surface('dark', 'light')).toBe('rgb(29, 29, 33)');
    expect(await surface('light', 'dark')).toBe('rgb(255, 255, 255)');
  });
});
