/** @file The field for all people: axe on every state, what is announced, languages and directions, colours, sizes, and the page's own taste. */
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import { type Relay, startRelay } from '../../support/browser/relay.ts';
import { type PageOptions, type Site, startSite, strictPolicy } from '../../support/browser/site.ts';

const TROUSER = 'examples/trouser.png';
/** WCAG 2.2 AA, and what axe thinks good besides. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** A page that has colours for both schemes. */
const STYLE =
  ':root{color-scheme:light dark}body{margin:0;padding:1rem;background:light-dark(#fff,#121214);color:light-dark(#111,#eee);font:16px/1.5 system-ui,sans-serif}';

let site: Site;
let relay: Relay;
let axe: string;
let page: Page;

type Options = PageOptions & { context?: BrowserContextOptions };

/** A form with a field whose questions pass the relay. */
async function open(attributes = '', { style = '', ...options }: Options & { style?: string } = {}) {
  const policy = `${strictPolicy(site.endpoint).replace('connect-src', `connect-src ${relay.origin}`)}; style-src 'unsafe-inline'`;
  const head = `<style>${STYLE}${style}</style><script type="module" src="${site.endpoint}/field.js"></script>`;
  const field = `<fashion-classifier name="g" required endpoint="${relay.origin}" ${attributes}></fashion-classifier>`;
  page = await site.open(`<form>${field}<button>Send</button></form>`, { policy, head, ...options });
  await page.waitForFunction(() => customElements.get('fashion-classifier'));
  return fieldOn(page);
}

/** Everything that a field can look like, in the order in which somebody could meet it. */
async function throughAllStates(
  look: (state: string) => Promise<void>,
  attributes = '',
  options: Options = {},
) {
  const { field, pick, reaches, button } = await open(attributes, options);
  await look('empty');
  await page.locator('form > button').click();
  await look('user-invalid');
  await field.locator('[part=zone]').evaluate((zone) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([''], 'a.png'));
    zone.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await look('dragging');
  await field.locator('[part=zone]').dispatchEvent('dragleave');
  const release = relay.hold();
  await pick(TROUSER);
  await reaches('classifying');
  await look('busy');
  release();
  await reaches('answered');
  await field.locator('summary').click();
  await look('answered');
  await field.locator('[part="button yes"]').click();
  await look('confirmed');
  await field.locator('select').selectOption('Bag');
  await look('corrected');
  await field.evaluate((element) => element.setAttribute('disabled', ''));
  await look('disabled');
  await field.evaluate((element) => element.removeAttribute('disabled'));
  relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '60' });
  await pick(TROUSER);
  await reaches('waiting');
  await look('waiting');
  await field.locator('[part="button cancel"]').click();
  await page.context().setOffline(true);
  await pick(TROUSER);
  await reaches('offline');
  await look('offline');
  await page.context().setOffline(false);
  await reaches('answered');
  await pick({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
  await reaches('failed');
  await look('failed');
  const floor = { name: 'floor.png', mimeType: 'image/png', buffer: await nothing() };
  await pick(floor);
  await reaches('unsure');
  await look('unsure');
  await button(/./).last().waitFor();
}

/** A picture that shows nothing. */
async function nothing(): Promise<Buffer> {
  const dataUrl = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 120;
    return canvas.toDataURL();
  });
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
}

/** What axe finds, each with its element. */
async function violations(): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults, string[]>(
    (values) =>
      (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run({
        runOnly: { type: 'tag', values },
      }),
    RULES,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

describeInBrowser('the field', () => {
  beforeAll(async () => {
    site = await startSite();
    relay = await startRelay(site.endpoint);
    axe = await readFile('node_modules/axe-core/axe.min.js', 'utf8');
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

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each([360, 1440])(
      'at %i pixels, in every state: axe finds nothing, and nothing sticks out',
      { timeout: 60_000 },
      async (width) => {
        const found: Record<string, string[]> = {};
        const look = async (state: string) => {
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          found[state] = [...(await violations()), ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
        };
        const context = { colorScheme, viewport: { width, height: 800 }, hasTouch: width === 360 };
        await throughAllStates(look, '', { context });
        expect(Object.keys(found)).toHaveLength(12);
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map((state) => [state, []])));
      },
    );
  });

  it.each(['light', 'dark'] as const)('its page without script is clean, too: %s', async (colorScheme) => {
    page = await (
      await site.browser.newContext({ colorScheme, viewport: { width: 360, height: 800 } })
    ).newPage();
    for (const file of [await readFile(TROUSER), Buffer.from('no photo')]) {
      const body = new FormData();
      body.append('image', new Blob([file]));
      const headers = { accept: 'text/html' };
      const answer = await fetch(`${site.endpoint}/v1/classify`, { method: 'POST', body, headers });
      await page.setContent(await answer.text());
      expect(await violations()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
  });

  it('says what happens, once each, and its errors with the control that they are about', async () => {
    const { field, pick, reaches, button } = await open();
    await field.evaluate((element) => {
      const status = element.shadowRoot?.querySelector('[role=status]') as Element;
      const said: string[] = [];
      new MutationObserver(() => status.textContent && said.push(status.textContent)).observe(status, {
        childList: true,
        characterData: true,
        subtree: true,
      });
      Object.assign(element, { said });
    });
    const said = () => field.evaluate((element) => (element as unknown as { said: string[] }).said.splice(0));
    relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '2' });
    await pick(TROUSER);
    await reaches('answered');
    const steps = [
      'Reading the photo…',
      'Sending the photo…',
      'Looking at the photo…',
      'Many are asking just now. It asks again by itself.',
    ];
    expect([...new Set(await said())]).toEqual([...steps, 'Trouser, 99%']);
    await button('Remove').click();
    expect(await said()).toEqual(['The photo is removed.']);
    await page.locator('form > button').click();
    const described = await button('Choose a photo').evaluate((element) => {
      const ids = element.getAttribute('aria-describedby')?.split(' ') ?? [];
      const root = element.getRootNode() as ShadowRoot;
      return ids.map((id) => root.getElementById(id)?.textContent?.trim()).filter(Boolean);
    });
    expect(described).toContain('Choose a photo of the garment.');
    const tree = await field.locator('[part=field]').ariaSnapshot();
    expect(tree).toMatch(/group "Photo of the garment"/);
  });

  it('has a table that can be read without seeing bars', async () => {
    const { field, pick, reaches } = await open('top="2"');
    await pick(TROUSER);
    await reaches('answered');
    await field.locator('table').waitFor();
    expect(await field.locator('table').ariaSnapshot()).toBe(`- table "The likeliest labels":
  - caption: The likeliest labels
  - rowgroup:
    - row "Trouser 99%":
      - rowheader "Trouser"
      - cell "99%"
    - row "Dress < 1%":
      - rowheader "Dress"
      - cell "< 1%"`);
    await field.locator('summary').click();
    await field.getByRole('img', { name: 'What the model saw' }).waitFor();
    await field.getByRole('img', { name: 'Your photo' }).waitFor();
  });

  it.each([
    ['de-AT', 'Foto auswählen', /Hose, 99\s%/],
    ['fr', 'Choisir une photo', /Pantalon, 99\s%/],
    ['es', 'Elegir una foto', /Pantalón, 99\s%/],
    ['zh-Hans', '选择照片', '裤子, 99%'],
    ['eo', 'Choose a photo', /Trouser, 99\s?%/],
  ] as const)('speaks %s, and its value stays the label', async (lang, choose, answer) => {
    const { field, button, status, pick, reaches, value } = await open('', { lang });
    await button(choose).waitFor();
    await pick(TROUSER);
    await reaches('answered');
    expect(await status.textContent()).toMatch(answer);
    expect(await value()).toBe('Trouser');
    const words = await field.locator('[part=field]').getAttribute('lang');
    expect(words).toBe(lang === 'eo' ? 'en' : lang);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('says what the page wants it to say', async () => {
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

  it('is laid out from the right where the page is', async () => {
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

  it('keeps its bars, focus and frame in forced colours', async () => {
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

  it('moves nothing where somebody has asked for less motion', async () => {
    const { pick, reaches, field, status } = await open('', { context: { reducedMotion: 'reduce' } });
    const progress = field.locator('[part=progress]');
    const release = relay.hold();
    await pick(TROUSER);
    await reaches('classifying');
    expect([await progress.isVisible(), await status.textContent()]).toEqual([
      false,
      'Looking at the photo…',
    ]);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await progress.isVisible()).toBe(true);
    release();
  });

  it('takes the page’s colours, shapes and state styles', async () => {
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

  it('follows a page that is dark on a light system, and one that knows no dark', async () => {
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
