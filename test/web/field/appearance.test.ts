/** @file The appearance of the field: languages, directions, colour schemes, forced colours, motion, and the page's own styles. */
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';

describeInBrowser('the field', () => {
  const on = useRelayedSite();

  it.each([
    ['de-AT', 'Foto auswählen', /Hose, 99\s%/],
    ['fr', 'Choisir une photo', /Pantalon, 99\s%/],
    ['es', 'Elegir una foto', /Pantalón, 99\s%/],
    ['zh-Hans', '选择照片', '裤子, 99%'],
    ['eo', 'Choose a photo', /Trousers, 99\s?%/],
  ] as const)(
    'shows its texts in the language %s, but submits the model’s label',
    async (lang, choose, answer) => {
      const { field, button, status, pick, reaches, value } = await on.openForm('', { lang });
      await button(choose).waitFor();
      await pick(TROUSER);
      await reaches('answered');
      expect(await status.textContent()).toMatch(answer);
      expect(await value()).toBe('Trouser');
      const words = await field.locator('[part=field]').getAttribute('lang');
      expect(words).toBe(lang === 'eo' ? 'en' : lang);
      expect(await on.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    },
  );

  it('shows the page’s own texts', async () => {
    const { field, button } = await on.openForm('label="Your coat" hint="One photo, please"');
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
    const { field, pick, reaches } = await on.openForm('', { dir: 'rtl', lang: 'ar' });
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
    const { field, pick, reaches } = await on.openForm('', { context: { forcedColors: 'active' } });
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
    const { pick, reaches, field, status } = await on.openForm('', { context: { reducedMotion: 'reduce' } });
    const progress = field.locator('[part=progress]');
    const release = on.relay.hold();
    await pick(TROUSER);
    await reaches('classifying');
    expect([await progress.isVisible(), await status.textContent()]).toEqual([
      false,
      'Recognizing the garment…',
    ]);
    await on.page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await progress.isVisible()).toBe(true);
    release();
  });

  it('uses the page’s custom properties, ::part() and :state() styles', async () => {
    const style = `fashion-classifier { --fashion-accent: rgb(0, 100, 0); --fashion-radius: 0; }
      fashion-classifier::part(label) { color: rgb(1, 2, 3); }
      fashion-classifier:state(answered)::part(zone) { background: rgb(4, 5, 6); }`;
    const { field, pick, reaches } = await on.openForm('', { style });
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
      const { field } = await on.openForm('', {
        style: `:root { color-scheme: ${scheme}; }`,
        context: { colorScheme },
      });
      const colour = await field
        .locator('[part=zone]')
        .evaluate((zone) => getComputedStyle(zone).backgroundColor);
      await on.page.context().close();
      return colour;
    };
    expect(await surface('dark', 'light')).toBe('rgb(29, 29, 33)');
    expect(await surface('light', 'dark')).toBe('rgb(255, 255, 255)');
  });
});
