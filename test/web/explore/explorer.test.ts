/** @file The page /explore in Chromium, with the Worker behind it. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Pages, PHONE, startPages } from '../../support/browser/pages.ts';
import { EXAMPLE_NAMES } from './example-images.ts';

let pages: Pages;

const prediction = (page: Page) => page.textContent('#prediction');
const canvas = (page: Page, panel: string) => page.locator(`#${panel} canvas`);
const valueText = (control: Locator) => control.getAttribute('aria-valuetext');
const fragment = (page: Page) => page.evaluate(() => location.hash);
const show = (page: Page, id: string) => page.locator(`#${id}`).scrollIntoViewIfNeeded();
const press = async (control: Locator, ...keys: string[]) => {
  await control.focus();
  for (const key of keys) await control.press(key);
};

/** Moves the pointer over a cell of a canvas of `count` cells each way. */
async function pointAt(
  page: Page,
  control: Locator,
  [row, column]: readonly [number, number],
  count: number,
) {
  await control.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await control.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + ((column + 0.5) * width) / count, y + ((row + 0.5) * height) / count);
}

describeInBrowser('/explore', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.stop());

  it('predicts the same as the Worker for every example, to a tenth of a percent', async () => {
    const page = await pages.open('/explore');
    for (const name of EXAMPLE_NAMES) {
      const body = await readFile(`examples/${name}.png`);
      const response = await fetch(`${pages.origin}/v1/classify?top_k=1`, { method: 'POST', body });
      const { predictions } = (await response.json()) as { predictions: { label: string; score: number }[] };
      const [{ label, score }] = predictions;
      await page.click(`[data-example="${name}"]`);
      await expect.poll(() => prediction(page)).toContain(label);
      const said = Number.parseFloat((await prediction(page))?.slice(label.length) ?? '');
      expect(Math.abs(said - 100 * score)).toBeLessThan(0.06);
    }
    await page.context().close();
  });

  it('shows the served model, and the bundled model when the Worker has none', async () => {
    const page = await pages.open('/explore');
    const loaded = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    const { models } = (await (await fetch(`${pages.origin}/v1/models`)).json()) as {
      models: { version: string }[];
    };
    expect(loaded).toContain(`${pages.origin}/v1/models/tinyvgg/versions/${models[0].version}/onnx`);
    await page.route('**/v1/**', (route) => route.abort());
    await page.reload();
    await expect.poll(() => prediction(page)).toContain('Ankle boot');
    await page.context().close();
  });

  it('shows the sum of the pixel under the pointer, and moves with the arrow keys', async () => {
    const page = await pages.open('/explore#convolution?kernel=box&padding=0&at=0,0');
    const output = canvas(page, 'convolution-output');
    // Without padding 26 × 26 pixels lie in the middle of 28 × 28.
    await pointAt(page, output, [14, 15], 28);
    await expect.poll(() => valueText(output)).toMatch(/^row 13, column 14: /);
    const products = await page.locator('#products span').allTextContents();
    const sum = products
      .map((text) => text.replace('−', '-').split('× ').map(Number))
      .reduce((total, [a, b]) => total + a * b, 0);
    const said = Number((await page.textContent('#sum'))?.split('= ')[1].replace('−', '-'));
    expect(Math.abs(sum - said)).toBeLessThan(0.05);
    await press(output, 'ArrowRight', 'ArrowDown', 'Home');
    expect(await valueText(output)).toMatch(/^row 14, column 0: /);
    await expect.poll(() => fragment(page)).toContain('at=14,0');
    await page.context().close();
  });

  it('updates the formula when weights are typed or dragged, and when size, stride or padding change', async () => {
    const page = await pages.open('/explore#convolution?kernel=identity');
    const weights = page.locator('#weights input');
    await show(page, 'weights');
    await weights.nth(4).fill('0.5');
    await expect.poll(() => page.textContent('#kernel-note')).toContain('0.50');
    await weights.nth(4).fill('12345');
    await weights.nth(4).blur();
    await expect.poll(() => weights.nth(4).inputValue()).toBe('99');
    await weights.nth(4).fill('0.5');
    await page.fill('#bias', '');
    await page.locator('#bias').blur();
    await expect.poll(() => page.inputValue('#bias')).toBe('0');
    const box = (await weights.nth(0).boundingBox()) ?? { x: 0, y: 0 };
    await page.mouse.move(box.x + 10, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 10, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => weights.nth(0).inputValue()).toBe('1');
    await expect.poll(() => fragment(page)).toContain('weights=1,0,0,0,0.5,0,0,0,0');
    await page.check('input[name=stride][value="2"]', { force: true });
    await page.check('input[name=padding][value="0"]', { force: true });
    await page.check('input[name=size][value="5"]', { force: true });
    await expect
      .poll(() => page.textContent('#convolution-shape'))
      .toContain('⌊(28 + 2 · 0 − 5) / 2⌋ + 1 = 12, so the shape is [1, 12, 12]');
    expect(await weights.count()).toBe(25);
    await page.context().close();
  });

  it('restores the state with the Back button and from a link', async () => {
    const page = await pages.open('/explore');
    await page.click('.preset:has-text("Emboss")');
    await page.click('[data-example="bag"]');
    await expect.poll(() => prediction(page)).toContain('Bag');
    const shared = await pages.open(`/explore${await fragment(page)}`);
    await expect.poll(() => prediction(shared)).toContain('Bag');
    await show(shared, 'presets');
    await expect.poll(() => shared.getAttribute('.preset:has-text("Emboss")', 'aria-pressed')).toBe('true');
    await page.goBack();
    await expect.poll(() => prediction(page)).toContain('Ankle boot');
    await page.goBack();
    await expect.poll(() => page.getAttribute('.preset:has-text("Emboss")', 'aria-pressed')).toBe('false');
    await Promise.all([page.context().close(), shared.context().close()]);
  });

  it('keeps the visitor’s image in the fragment: a link shows it, and no request contains it', async () => {
    const page = await pages.open('/explore');
    const sent: (string | null)[] = [];
    page.on('request', (request) => sent.push(request.url(), request.postData()));
    await page.setInputFiles('#file', 'examples/sneaker.png');
    await expect.poll(() => prediction(page)).toContain('Sneaker');
    const link = await fragment(page);
    expect(link).toMatch(/image=own&pixels=[\w-]{1046}/);
    expect(sent.filter((text) => text && !/\/(icon\.svg|photo-worker\.js|photo\.wasm)$/.test(text))).toEqual(
      [],
    );
    const other = await pages.open(`/explore${link}`);
    expect(await prediction(other)).toBe(await prediction(page));
    await show(other, 'convolution-input');
    await expect.poll(() => other.isDisabled('input[name=source][value=photo]')).toBe(true);
    await Promise.all([page.context().close(), other.context().close()]);
  });

  it('moves the kernel and the pooling window with their buttons', async () => {
    const page = await pages.open('/explore');
    const output = canvas(page, 'convolution-output');
    await page.click('#convolution-play');
    await output.focus();
    const first = await valueText(output);
    await expect.poll(() => valueText(output)).not.toBe(first);
    await page.click('#convolution-play');
    expect(await page.getAttribute('#convolution-play', 'aria-pressed')).toBe('false');
    const pooled = canvas(page, 'pool-output');
    await press(pooled, 'Home');
    expect(await valueText(pooled)).toMatch(/^row 6, column 0: /);
    await page.click('#pool-next');
    await pooled.focus();
    expect(await valueText(pooled)).toMatch(/^row 6, column 1: /);
    const numbers =
      (await page.textContent('#pool-maximum'))
        ?.match(/−?\d+\.\d+/g)
        ?.map((text) => Number(text.replace('−', '-'))) ?? [];
    expect(numbers.at(-1)).toBe(Math.max(...numbers.slice(0, 4)));
    await page.context().close();
  });

  it('explains the feature map that is selected by mouse or keyboard', async () => {
    const page = await pages.open('/explore');
    await page.click('[aria-label="convolution 1, map 2"]');
    await expect.poll(() => page.textContent('#detail-title')).toBe('Convolution 1, map 2');
    expect(await page.locator('#terms .term').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.textContent('#detail-title')).toBe('Convolution 2, map 3');
    expect(await page.locator('#terms .term').count()).toBe(10);
    const parts = (await page.locator('#terms .term b').allTextContents()).map((text) =>
      Number(text.replace('−', '-')),
    );
    const [sum, bias, value] = (
      (await page.textContent('#detail-sum'))?.replaceAll('−', '-').match(/-?\d+\.\d+/g) ?? []
    ).map(Number);
    expect(Math.abs(parts.reduce((a, b) => a + b, 0) - sum)).toBeLessThan(0.006);
    expect(Math.abs(sum + bias - value)).toBeLessThan(0.002);
    await page.click('[aria-label="linear, Ankle boot"]');
    await expect.poll(() => page.textContent('#detail-title')).toBe('Linear, Ankle boot');
    const numberOf = (text: string | null = '') => Number.parseFloat(text?.replace('−', '-') ?? '');
    const logit = numberOf((await page.textContent('#detail-sum'))?.split('= ')[1]);
    expect(numberOf(await page.textContent('#scores tr:has-text("Ankle boot") b'))).toBeCloseTo(logit, 2);
    await page.context().close();
  });

  it('shows the sum of the pixel under the pointer in a feature map', async () => {
    const page = await pages.open('/explore#network?layer=6&map=2');
    const map = canvas(page, 'selected-map');
    await pointAt(page, map, [9, 4], 14);
    await expect.poll(() => valueText(map)).toMatch(/^row 9, column 4: /);
    const value = (await valueText(map))?.split(': ')[1] ?? '';
    await expect.poll(() => page.textContent('#detail-sum')).toContain(`= ${value}`);
    await page.context().close();
  });

  it('scrolls to the section that the URL names, and stays there', async () => {
    for (const options of [{}, PHONE]) {
      const page = await pages.open('/explore#network', options);
      const top = () =>
        page.locator('#network').evaluate((part) => Math.round(part.getBoundingClientRect().top));
      const first = await top();
      expect(first).toBeGreaterThanOrEqual(0);
      expect(first).toBeLessThan(200);
      await page.waitForTimeout(700);
      expect(await top()).toBe(first);
      await page.context().close();
    }
  });

  it('loads with a kernel in the URL that the network does not have', async () => {
    const page = await pages.open('/explore#convolution?kernel=learned-9-1-1');
    await expect.poll(() => prediction(page)).toContain('Ankle boot');
    await page.context().close();
  });

  it.each(['/', '/explore'])('has layout shifts below 0.02 in total on %s', async (path) => {
    const page = await pages.open(path, PHONE);
    const shifts = (await page.evaluate(`new Promise((settle) => {
      new PerformanceObserver((list) => settle(list.getEntries())).observe({ type: 'layout-shift', buffered: true });
      setTimeout(settle, 500, []);
    }).then((entries) => entries.map(({ value }) => value))`)) as number[];
    expect(shifts.reduce((a, b) => a + b, 0)).toBeLessThan(0.02);
    await page.context().close();
  });

  it('lowers the best score at a higher temperature, and resets to the calibrated one', async () => {
    const page = await pages.open('/explore');
    await show(page, 'scores');
    const best = page.locator('#scores .best td:last-child b');
    await best.waitFor();
    const calibrated = await best.textContent();
    await press(page.locator('#temperature'), 'End');
    await expect.poll(async () => Number.parseFloat((await best.textContent()) ?? '')).toBeLessThan(70);
    await page.click('#calibrated');
    await expect.poll(() => best.textContent()).toBe(calibrated);
    await page.context().close();
  });

  it('shows three models with their predictions, curves and a table', async () => {
    const page = await pages.open('/explore#models?image=trouser');
    await page.locator('#models').scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.locator('.model li:first-child span:first-child').allTextContents())
      .toEqual(['Trouser', 'Trouser', 'Trouser']);
    expect(await page.locator('.chart .line').count()).toBe(6);
    await page.click('summary');
    await expect.poll(() => page.locator('#records tbody tr').count()).toBe(9);
    expect(await page.textContent('#records')).toContain('0.31110');
    await page.context().close();
  });

  it('works with touch', async () => {
    const page = await pages.open('/explore', PHONE);
    const input = canvas(page, 'tensor-picture');
    await input.scrollIntoViewIfNeeded();
    const { x, y, width } = (await input.boundingBox()) ?? { x: 0, y: 0, width: 0 };
    await page.touchscreen.tap(x + (5.5 * width) / 28, y + (9.5 * width) / 28);
    await expect.poll(() => page.textContent('#tensor-facts')).toContain('row 9, column 5');
    const rows = await page
      .locator('.layer.flat')
      .last()
      .locator('button')
      .evaluateAll((buttons) => new Set(buttons.map((button) => button.getBoundingClientRect().top)).size);
    expect(rows).toBe(1);
    await expect
      .poll(() => page.locator('.layer:has-text("ReLU 1") .scale').textContent())
      .toMatch(/^0 to \d/);
    await page.locator('[aria-label="max pooling 2, map 1"]').tap();
    await expect.poll(() => page.textContent('#detail-title')).toBe('Max pooling 2, map 1');
    await expect
      .poll(() =>
        page.locator('#detail').evaluate((detail) => detail.getBoundingClientRect().top < innerHeight / 2),
      )
      .toBe(true);
    await page.context().close();
  });

  it('shows the camera, and keeps a frame on request', async () => {
    const page = await pages.open('/explore');
    await page.click('#camera');
    await show(page, 'convolution-output');
    const picture = () =>
      canvas(page, 'convolution-output').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await picture();
    await expect.poll(picture).not.toBe(before);
    await page.click('#camera');
    await expect.poll(() => fragment(page)).toMatch(/image=own&pixels=[\w-]{1046}/);
    await page.context().close();
  });

  it('explains itself without JavaScript', async () => {
    const page = await pages.open('/explore', { javaScriptEnabled: false });
    expect(await page.isVisible('.noscript')).toBe(true);
    expect(await page.isVisible('text=A convolution moves a small window')).toBe(true);
    expect(await page.isVisible('#convolution-input')).toBe(false);
    await page.context().close();
  });

  it('causes no errors, no policy violations and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
