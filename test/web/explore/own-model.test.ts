/** @file /explore?model=… in Chromium: a model in colour, without padding, with classes of its own; and models that it cannot show. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { push } from '../../../train/registry/registry.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { colourModel, withForeignOperator } from '../../fixtures/colour-models.ts';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { fieldOn } from '../../support/browser/field.ts';
import { axeViolations, overflowOf, type Pages, PHONE, startPages } from '../../support/browser/pages.ts';
import { drawFile } from '../../support/browser/pictures.ts';
import { startWorker } from '../../support/worker.ts';

const PAINTS = ['red', 'green', 'Blue as the sky in the north on a cold morning, or as the sea'];
const KINDS = Array.from({ length: 70 }, (_, i) => `kind ${i}`);

let pages: Pages;

const prediction = (page: Page) => page.textContent('#prediction');

/** Chooses a picture of one colour, as a file. */
async function choose(page: Page, background: string) {
  await page.setInputFiles(
    '#file',
    await drawFile(page, 'paint.png', { width: 90, height: 120, background }),
  );
}

/** Gives a page a file, and waits until it predicts what the Worker predicts for it. */
async function expectSamePrediction(page: Page, name: string, file: string) {
  const body = await readFile(file);
  const response = await fetch(`${pages.origin}/v1/models/${name}/classify`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: { label: string; score: number }[] };
  const [{ label, score }] = predictions;
  await page.setInputFiles('#file', file);
  await expect
    .poll(async () => {
      const text = (await prediction(page)) ?? '';
      const [shown] = text.match(/[\d.]+(?=\s%)/) ?? [];
      return text.includes(label) ? Math.abs(Number(shown) - 100 * score) : text;
    })
    .toBeLessThan(0.06);
}

describeInBrowser('/explore with a model of its address', () => {
  beforeAll(async () => {
    pages = await startPages(startWorker({ withOrt: true }));
    const store = openLocalStore(pages.origin);
    const paints = await colourModel({ name: 'paints', labels: PAINTS });
    const { manifest, files } = await colourModel({
      name: 'kinds',
      labels: KINDS,
      size: 20,
      hiddenUnits: 66,
    });
    for (const release of [paints, { manifest, files }, await withForeignOperator(paints, 'foreign')])
      await push(store, release);
  });
  afterAll(() => pages?.stop());

  it('predicts what the Worker predicts, with the labels of the model', async () => {
    const page = await pages.open('/explore?model=paints');
    for (const file of ['examples/dress.png', 'examples/pullover.png'])
      await expectSamePrediction(page, 'paints', file);
    expect(await page.locator('#scores th[scope=row]').allTextContents()).toEqual(PAINTS);
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain('The network’s input has 64 × 64 pixels'.replace('’', "'"));
    expect(text).toContain('“paints” with');
    for (const part of ['.hero', '#tensor', '#convolution', '#network'])
      expect(await page.textContent(part), part).not.toMatch(/garment|TinyVGG|28 × 28|\bten\b/);
    expect(await page.isVisible('#models')).toBe(false);
    await page.context().close();
  });

  it('suggests a label when several are about equally likely', async () => {
    const page = await pages.open('/explore?model=paints');
    await choose(page, '#808080');
    await expect.poll(() => prediction(page)).toMatch(/^Maybe: .* 33\.3\s%$/);
    expect(await page.textContent('#prediction-note')).toBe(
      'The model declines to answer. It could be one of several kinds.',
    );
    await page.context().close();
  });

  it('shows a test picture of the manifest in place of the garments among the examples', async () => {
    const page = await pages.open('/explore?model=paints#tensor?pixel=32,32');
    const { golden } = await (await fetch(`${pages.origin}/v1/models/paints`)).json();
    const { pixels, logits } = golden.vectors.at(-1);
    expect(await prediction(page)).toContain(PAINTS[logits.indexOf(Math.max(...logits))]);
    expect(await page.locator('[data-example]:visible').count()).toBe(0);
    const [red, green, blue] = [0, 1, 2].map(
      (channel) => atob(pixels).charCodeAt((channel * 64 + 32) * 64 + 32) / 255,
    );
    await page.locator('#tensor-picture').scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.locator('#channels canvas').nth(1).getAttribute('aria-valuetext'))
      .toContain(`red ${red.toFixed(3)}, green ${green.toFixed(3)}, blue ${blue.toFixed(3)}`);
    await choose(page, '#10e020');
    await expect.poll(() => prediction(page)).toContain('green');
    await page.context().close();
    const own = await pages.open('/explore');
    expect(await own.locator('[data-example]:visible').count()).toBeGreaterThan(3);
    await own.context().close();
  });

  it('takes the channels of the first layer apart', async () => {
    const page = await pages.open('/explore?model=paints#network?layer=1&map=1&cell=0,0');
    await choose(page, '#10e020');
    await expect.poll(() => prediction(page)).toContain('green');
    expect(await page.locator('[data-row="0"]').count()).toBe(3);
    await expect.poll(() => page.textContent('#detail-title')).toBe('Convolution 1, map 2');
    const terms = page.locator('#terms .term b');
    await expect.poll(() => terms.allTextContents()).toEqual(['0.000', '0.878', '0.000']);
    expect(await page.textContent('#detail-sum')).toContain('= 0.878');
    await page.click('[aria-label="input, green"]');
    await expect.poll(() => page.textContent('#detail-title')).toBe('Input, green');
    expect(await page.textContent('#detail-sum')).toContain('0.878');
    await page.locator('#tensor-picture').scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.locator('#channels canvas').nth(1).getAttribute('aria-valuetext'))
      .toMatch(/red 0\.063, green 0\.878, blue 0\.125/);
    expect(await page.textContent('#tensor-facts')).toContain('[3, 64, 64]');
    await page.context().close();
  });

  it('keeps the visitor’s image and the model in the link', async () => {
    const page = await pages.open('/explore?model=paints');
    await choose(page, '#1020e0');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('pixels=');
    const shared = await pages.open(page.url().slice(pages.origin.length));
    expect(await prediction(shared)).toBe(await prediction(page));
    expect(await prediction(shared)).toContain('Blue as the sky');
    await Promise.all([page.context().close(), shared.context().close()]);
  });

  it('is reached from the try page with the model and the photo', async () => {
    const page = await pages.open('/?model=paints');
    expect(await page.locator('[data-example]:visible').count()).toBe(0);
    const { pick, reaches, status } = fieldOn(page);
    await pick(await drawFile(page, 'paint.png', { width: 90, height: 120, background: '#1020e0' }));
    await reaches('answered');
    expect(await status.textContent()).toContain('Blue as the sky');
    await expect.poll(() => page.getAttribute('#inside', 'href')).toContain('pixels=');
    expect((await page.locator('.hero, .try').allInnerTexts()).join()).not.toMatch(
      /garment|ten kinds|T-shirt|Trouser/,
    );
    expect(await page.textContent('#step-scores')).toContain('The scores add up to 100 %.');
    expect(await page.textContent('#curl')).toContain('/v1/models/paints/classify');
    await page.click('#inside');
    await page.waitForURL(/\/explore\?model=paints#/);
    await expect.poll(() => prediction(page)).toContain('Blue as the sky');
    await page.locator('#tensor').scrollIntoViewIfNeeded();
    await expect.poll(() => page.isEnabled('input[name=view][value=colour]')).toBe(true);
    await page.click('nav[aria-label=Pages] a');
    await expect.poll(() => page.textContent('h1')).toBe('What is in your photo?');
    await page.context().close();
  });

  it('fits a phone with long labels, many classes and many maps', async () => {
    for (const name of ['paints', 'kinds']) {
      const page = await pages.open(`/explore?model=${name}`, PHONE);
      expect(await overflowOf(page), name).toBe(0);
      const last = page.locator('[data-row]').last();
      await last.scrollIntoViewIfNeeded();
      await last.tap();
      const label = (name === 'paints' ? PAINTS : KINDS).at(-1);
      await expect.poll(() => page.textContent('#detail-title')).toBe(`Linear, ${label}`);
      expect(await overflowOf(page), name).toBe(0);
      const short = page.locator('#scores th[scope=row]').first();
      expect((await short.boundingBox())?.height, name).toBeLessThan(30);
      expect(await axeViolations(page), name).toEqual([]);
      await page.context().close();
    }
  });

  it.each([
    ['foreign', /how the model “foreign” computes: the kernels do not support Identity\./],
    ['nothing', /no model named “nothing”/],
  ])('says why it cannot show %s', async (name, reason) => {
    const page = await pages.open(`/explore?model=${name}`);
    expect(await page.textContent('#problem')).toMatch(reason);
    expect(await page.isVisible('#network')).toBe(false);
    await page.click('#problem a');
    await expect.poll(() => prediction(page)).toContain('Ankle boot');
    await page.context().close();
  });

  it('causes no errors, no policy violations and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
