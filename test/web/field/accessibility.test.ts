/** @file Accessibility of the field: axe on every state, announcements, and the table of scores. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { axeViolations } from '../../support/browser/pages.ts';
import { type FormOptions, type RelayedSite, useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';

/** Puts a field into every state that a visitor can meet. */
async function throughAllStates(
  on: RelayedSite,
  look: (state: string) => Promise<void>,
  attributes = '',
  options: FormOptions = {},
) {
  const { field, pick, reaches, button } = await on.openForm(attributes, options);
  await look('empty');
  await on.page.locator('form > button').click();
  await look('user-invalid');
  await field.locator('[part=zone]').evaluate((zone) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([''], 'a.png'));
    zone.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await look('dragging');
  await field.locator('[part=zone]').dispatchEvent('dragleave');
  const release = on.relay.hold();
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
  on.relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '60' });
  await pick(TROUSER);
  await reaches('waiting');
  await look('waiting');
  await field.locator('[part="button cancel"]').click();
  await on.page.context().setOffline(true);
  await pick(TROUSER);
  await reaches('offline');
  await look('offline');
  await on.page.context().setOffline(false);
  await reaches('answered');
  await pick({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
  await reaches('failed');
  await look('failed');
  const floor = { name: 'floor.png', mimeType: 'image/png', buffer: await blankImage(on) };
  await pick(floor);
  await reaches('unsure');
  await look('unsure');
  await button(/./).last().waitFor();
}

/** A transparent image, which the Worker lays over white. */
async function blankImage(on: RelayedSite): Promise<Buffer> {
  const dataUrl = await on.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 120;
    return canvas.toDataURL();
  });
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
}

describeInBrowser('the field is accessible', () => {
  const on = useRelayedSite();

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    // In a sidebar, or with zoomed text, the field is narrower than a phone.
    it.each([240, 1440])(
      'at %i pixels: axe finds no violation in any state, and nothing overflows',
      async (width) => {
        const found: Record<string, string[]> = {};
        const look = async (state: string) => {
          const wide = await on.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          found[state] = [
            ...(await axeViolations(on.page)),
            ...(wide > 0 ? [`${wide} pixels too wide`] : []),
          ];
        };
        const context = { colorScheme, viewport: { width, height: 800 }, hasTouch: width === 240 };
        await throughAllStates(on, look, '', { context });
        expect(Object.keys(found)).toHaveLength(12);
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map((state) => [state, []])));
      },
    );
  });

  it.each(['light', 'dark'] as const)(
    'axe finds no violation in the endpoint’s page for browsers without JavaScript: %s',
    async (colorScheme) => {
      on.page = await (
        await on.site.browser.newContext({ colorScheme, viewport: { width: 360, height: 800 } })
      ).newPage();
      for (const file of [await readFile(TROUSER), Buffer.from('no photo')]) {
        const body = new FormData();
        body.append('image', new Blob([file]));
        const headers = { accept: 'text/html' };
        const response = await fetch(`${on.site.endpoint}/v1/classify`, { method: 'POST', body, headers });
        await on.page.setContent(await response.text());
        expect(await axeViolations(on.page)).toEqual([]);
        expect(await on.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      }
    },
  );

  it('announces every step once, and describes the button with the error', async () => {
    const { field, pick, reaches, button } = await on.openForm();
    await field.evaluate((element) => {
      const status = element.shadowRoot?.querySelector('[role=status]') as Element;
      const texts: string[] = [];
      new MutationObserver(() => status.textContent && texts.push(status.textContent)).observe(status, {
        childList: true,
        characterData: true,
        subtree: true,
      });
      Object.assign(element, { texts });
    });
    const announced = () =>
      field.evaluate((element) => (element as unknown as { texts: string[] }).texts.splice(0));
    on.relay.refusals.push({ status: 429, type: 'too-many-requests', retryAfter: '2' });
    await pick(TROUSER);
    await reaches('answered');
    const steps = [
      'Opening the photo…',
      'Sending the photo…',
      'Recognizing the garment…',
      'Too many photos were sent in a short time. We will try again automatically.',
    ];
    expect([...new Set(await announced())]).toEqual([...steps, 'Trousers, 99%']);
    await button('Remove').click();
    expect(await announced()).toEqual(['The photo was removed.']);
    await on.page.locator('form > button').click();
    const described = await button('Choose a photo').evaluate((element) => {
      const ids = element.getAttribute('aria-describedby')?.split(' ') ?? [];
      const root = element.getRootNode() as ShadowRoot;
      return ids.map((id) => root.getElementById(id)?.textContent?.trim()).filter(Boolean);
    });
    expect(described).toContain('Please choose a photo of the garment.');
    const tree = await field.locator('[part=field]').ariaSnapshot();
    expect(tree).toMatch(/group "Photo of the garment"/);
  });

  it('has a table of scores for screen readers', async () => {
    const { field, pick, reaches } = await on.openForm('top="2"');
    await pick(TROUSER);
    await reaches('answered');
    await field.locator('table').waitFor();
    expect(await field.locator('table').ariaSnapshot()).toBe(`- table "Most likely kinds":
  - caption: Most likely kinds
  - rowgroup:
    - row "Trousers 99%":
      - rowheader "Trousers"
      - cell "99%"
    - row "T-shirt or top < 1%":
      - rowheader "T-shirt or top"
      - cell "< 1%"`);
    await field.evaluate((element) => element.setAttribute('top', '-1'));
    await expect.poll(() => field.locator('tbody tr').count()).toBe(3);
    await field.locator('summary').click();
    await field.getByRole('img', { name: 'What the computer saw' }).waitFor();
    await field.getByRole('img', { name: 'Your photo' }).waitFor();
  });
});
