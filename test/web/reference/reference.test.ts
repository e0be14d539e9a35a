/** @file The API reference (/docs) in a browser. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Pages, startPages } from '../../support/browser/pages.ts';

let pages: Pages;

describeInBrowser('the API reference', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.stop());

  it('copies a code sample that contains the page’s own origin', async () => {
    const page = await pages.open('/docs');
    const sample = page.locator('#classify .sample[data-language=Shell]');
    await sample.getByRole('button', { name: 'Copy' }).click();
    await sample.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await sample.locator('code').textContent());
    expect(copied).toContain(`"${pages.origin}/v1/classify?top_k=3"`);
    expect(await page.locator('.example').allTextContents()).not.toContainEqual(
      expect.stringContaining('$ORIGIN'),
    );
    await page.context().close();
  });

  it('shows all samples in the selected language, also after a reload', async () => {
    const page = await pages.open('/docs');
    const visible = () =>
      page
        .locator('.sample')
        .evaluateAll((samples) => [
          ...new Set(
            samples
              .filter((sample) => getComputedStyle(sample).display !== 'none')
              .map((sample) => (sample as HTMLElement).dataset.language),
          ),
        ]);
    expect(await visible()).toEqual(['Shell']);
    await page.locator('#verify .languages').getByText('Python').click();
    expect(await visible()).toEqual(['Python']);
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    expect(await visible()).toEqual(['Python']);
    await page.context().close();
  });

  it('works when the browser blocks its storage', async () => {
    const page = await pages.open('/docs');
    await page.addInitScript(() =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('blocked', 'SecurityError');
        },
      }),
    );
    await page.reload();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    await page.locator('#classify .languages').getByText('JavaScript').click();
    await page.locator('#verify .sample[data-language=JavaScript]').waitFor();
    await page.context().close();
  });

  it('unfolds the schema that a link points at', async () => {
    const page = await pages.open('/docs');
    const schema = page.locator('#schema-Problem');
    expect(await schema.isVisible()).toBe(false);
    await page.goto(`${pages.origin}/docs#schema-Problem`);
    await schema.waitFor({ state: 'visible' });
    await page.context().close();
  });

  it('marks the operation in view in its navigation', async () => {
    const page = await pages.open('/docs');
    await page.locator('.side a[href="#verify"]').click();
    await page.locator('.side a[href="#verify"][aria-current=true]').waitFor();
    expect(await page.locator('.side [aria-current]').count()).toBe(1);
    await page.context().close();
  });

  it('causes no errors, no policy violations and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
