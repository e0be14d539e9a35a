/** @file What /explore says about a picture: the answer or why the model declines, whose scores are shown, and how wide their bars are. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import messages from '../../../web/field/messages/en.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Pages, PHONE, startPages } from '../../support/browser/pages.ts';
import { BALL, CROSS, drawFile, WALL } from '../../support/browser/pictures.ts';

let pages: Pages;

const classify = async (body: Uint8Array<ArrayBuffer>): Promise<unknown> =>
  (await fetch(`${pages.origin}/v1/classify`, { method: 'POST', body })).json();

describeInBrowser('/explore', () => {
  beforeAll(async () => {
    pages = await startPages();
  }, 100_000);
  afterAll(() => pages?.stop());

  it.each([
    ['no-garment', WALL, messages.abstained['no-garment']],
    ['poor-mask', BALL, messages.abstained['poor-mask']],
    ['none-of-these', CROSS, 'It seems to be none of the kinds that the model knows.'],
  ] as const)(
    'says when the model declines to answer as the API does: %s',
    async (reason, drawing, sentence) => {
      const page = await pages.open('/explore');
      const file = await drawFile(page, 'picture.png', drawing);
      expect(await classify(new Uint8Array(file.buffer))).toMatchObject({ abstained: reason });
      await page.setInputFiles('#file', file);
      await expect.poll(() => page.textContent('#prediction')).toContain('None of these ');
      expect(await page.textContent('#prediction-note')).toContain(`declines to answer. ${sentence}`);
      // The link holds why: the 28 × 28 pixels alone do not show it.
      await expect.poll(() => page.evaluate(() => location.hash)).toContain('pixels=');
      await page.waitForTimeout(500);
      await page.reload();
      await expect.poll(() => page.textContent('#prediction')).toContain('None of these ');
      expect(await page.textContent('#prediction-note')).toContain(sentence);
      await page.click('[data-example=bag]');
      await expect.poll(() => page.textContent('#prediction')).toMatch(/^Bag/);
      expect(await page.textContent('#prediction-note')).not.toContain('declines');
      await page.context().close();
    },
  );

  it('names the model of each score: the site’s, or the lab’s of the same network', async () => {
    const page = await pages.open('/explore#models?image=trouser');
    const { models } = (await (await fetch(`${pages.origin}/v1/models`)).json()) as {
      models: { name: string; version: string }[];
    };
    const manifests = await Promise.all(
      ['release/tinyvgg.json', 'release/lab/tinyvgg.json'].map(async (path) =>
        JSON.parse(await readFile(path, 'utf8')),
      ),
    );
    expect(manifests.map(({ name, training }) => `${name} ${training.recipe}`)).toEqual([
      'tinyvgg edge-photos',
      'tinyvgg lab',
    ]);
    expect(models[0]?.version).toBe(manifests[0].version);
    await page.locator('.model').first().waitFor();
    for (const place of ['#prediction-note', '#network-model', '#scores caption'])
      expect(await page.textContent(place)).toMatch(/^This site’s model: TinyVGG, edge-photos recipe/);
    expect(await page.locator('.model h3').allTextContents()).toEqual([
      'v0, lab recipelinear',
      'v1, lab recipeone ReLU',
      'TinyVGG, lab recipeconvolutional',
    ]);
    await page.context().close();
  });

  it('has readable bars of scores at every width', async () => {
    const page = await pages.open('/explore', PHONE);
    for (const id of ['scores', 'models']) await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.locator('.model').first().waitFor();
    for (const width of [320, 360, 375, 390, 768, 1024]) {
      await page.setViewportSize({ width, height: 740 });
      for (const bars of ['#scores td:last-child .bar', '.model .bar']) {
        const widths = await page
          .locator(bars)
          .evaluateAll((elements) => elements.map((bar) => bar.getBoundingClientRect().width));
        expect({ width, bars, narrowest: Math.min(...widths) > 80 }).toEqual({
          width,
          bars,
          narrowest: true,
        });
      }
    }
    await page.context().close();
  });

  it('has no errors, no policy violations and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
