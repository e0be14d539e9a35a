/** @file The figures of /explore that load later: random filters, shapes of stacked layers, training images; and the models' cards. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleIndices } from '../../../../shared/lab-samples.ts';
import { INITIAL, readState } from '../../../../web/explore/state.ts';
import { describeInBrowser } from '../../../support/browser/chromium.ts';
import { axeViolations, overflowOf, type Pages, PHONE, startPages } from '../../../support/browser/pages.ts';

let pages: Pages;

const fragment = (page: Page) => page.evaluate(() => location.hash);
const number = (text: string | null | undefined) => Number(text?.replace('−', '-'));

/** Returns the distance from the bar to the heading of a section, in pixels. */
const headingBelowBar = (page: Page, id: string) =>
  page.evaluate((id) => {
    const [bar, heading] = [document.querySelector('.tray'), document.querySelector(`#${id} :is(h2, h3)`)];
    return (heading?.getBoundingClientRect().top ?? 0) - (bar?.getBoundingClientRect().bottom ?? 0);
  }, id);

/** Expects the heading of a section at the top of the window, below the bar. */
async function expectAtTop(page: Page, id: string) {
  expect(await headingBelowBar(page, id)).toBeGreaterThanOrEqual(0);
  expect(await headingBelowBar(page, id)).toBeLessThan(60);
}

describeInBrowser('the figures of the lab', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages?.stop());

  it('load when one of them comes near the view, not before', async () => {
    const page = await pages.open('/explore');
    const loaded = () =>
      page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
    expect(await loaded()).not.toContain('/explore-lab.js');
    await page.locator('#filters').scrollIntoViewIfNeeded();
    await page.locator('#filters canvas').first().waitFor();
    expect(await loaded()).toContain('/explore-lab.js');
    await page.context().close();
  });

  it('do not move the section that a link scrolls to', async () => {
    const page = await pages.open('/explore', { reducedMotion: 'no-preference' });
    await page.click('.contents [href="#models"]');
    const top = () =>
      page.locator('#models').evaluate((part) => Math.round(part.getBoundingClientRect().top));
    await expect.poll(top).toBeLessThan(200);
    expect(await top()).toBeGreaterThanOrEqual(0);
    await page.context().close();
  });

  it('say that they could not be loaded', async () => {
    const page = await pages.open('/explore');
    await page.route('**/explore-lab.js', (route) => route.abort());
    await page.locator('#filters').scrollIntoViewIfNeeded();
    await expect.poll(() => page.textContent('#filters')).toMatch(/could not be loaded/);
    await page.context().close();
  });

  it('show the sum of a pixel over three channels, whose weights the seed decides', async () => {
    const page = await pages.open('/explore#filters?filter=4&filterAt=10,30');
    await expect.poll(() => page.textContent('#filters pre')).toContain('0.1471, 0.1597, -0.0451');
    await expectAtTop(page, 'filters');
    const values = await page.locator('#filters .term b').allTextContents();
    expect(values).toHaveLength(3);
    expect(await page.textContent('#filters .arithmetic .note')).toBe(`Sum of these nine: ${values[0]}`);
    const equation = ((await page.textContent('#filters .equation')) ?? '').replaceAll('−', '-');
    const [sum = 0, bias = 0, result = 0] = (equation.match(/-?\d+\.\d+/g) ?? []).map(Number);
    expect(Math.abs(values.map(number).reduce((a, b) => a + b, 0) - sum)).toBeLessThan(0.002);
    expect(Math.abs(sum + bias - result)).toBeLessThan(0.002);
    const output = page.locator('#filters .panel canvas').nth(1);
    expect(await output.getAttribute('aria-valuetext')).toContain('row 10, column 30');
    await output.press('ArrowRight');
    await expect.poll(() => fragment(page)).toContain('filterAt=10,31');
    await page.click('[aria-label="output[7]"]');
    await expect.poll(() => fragment(page)).toContain('filter=7');
    await page.click('#filters button:has-text("Next seed")');
    await expect.poll(() => page.textContent('#filters pre')).toContain('torch.manual_seed(43)');
    expect(await page.textContent('#filters pre')).not.toContain('0.1471');
    await page.context().close();
  });

  it('name the size of the photo itself, and stay where the visitor scrolls while they load', async () => {
    const page = await pages.open('/explore#filters?image=dress');
    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route('**/onnx', (route) => promise.then(() => route.continue()));
    await page.reload({ waitUntil: 'commit' });
    await expect.poll(() => headingBelowBar(page, 'filters')).toBeLessThan(60);
    expect(await page.isVisible('#tensor .figure')).toBe(false);
    await page.mouse.move(200, 300);
    await page.mouse.wheel(0, -1e5);
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
    resolve();
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(await page.isVisible('#tensor .figure')).toBe(true);
    await page.locator('#filters').scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.textContent('#filters .formula'))
      .toContain('300 × 400 pixels: [3, 400, 300] → [10, 398, 298]');
    await page.locator('#tensor-facts').scrollIntoViewIfNeeded();
    await expect.poll(() => page.textContent('#tensor-facts')).toContain('the photo of [3, 400, 300]');
    await page.context().close();
  });

  it('filter the network’s input when a link holds nothing else', async () => {
    const own = await pages.open('/explore');
    await own.setInputFiles('#file', 'examples/sneaker.png');
    await expect.poll(() => fragment(own)).toContain('pixels=');
    const [, query = ''] = (await fragment(own)).split('?');
    const page = await pages.open(`/explore#filters?${query}`);
    await expect.poll(() => page.textContent('#filters pre')).toContain('nn.Conv2d(1, 10, kernel_size=3)');
    expect(await page.textContent('#filters .formula')).toContain(
      '[1, 28, 28] → [10, 26, 26], 100 parameters',
    );
    await Promise.all([own.context().close(), page.context().close()]);
  });

  it('give the shapes of layers that the visitor types, and say what is wrong', async () => {
    const page = await pages.open('/explore#shapes?shape=1,28,28&stack=MaxPool2d((2,1))');
    const layers = page.getByLabel('Layers', { exact: true });
    await expect.poll(() => layers.inputValue()).toBe('nn.MaxPool2d((2, 1))');
    await expect
      .poll(() => page.textContent('#shapes [role=status]'))
      .toBe('[1, 28, 28] → [1, 14, 28], 0 parameters');
    await expectAtTop(page, 'shapes');
    await layers.fill('nn.Conv2d(1, 10, kernel_size=(3, 1)),\nnn.Flatten(),\n\nnn.Linear(5, 10)');
    await expect.poll(() => page.textContent('#shapes .wrong')).toContain('nn.Linear(7280, 10)');
    expect(await page.locator('#shapes tbody tr').count()).toBe(4);
    await page.getByLabel('Input shape').fill('1, 9');
    await expect.poll(() => page.textContent('#shapes .wrong')).toContain('needs [channels, height, width]');
    await page.getByLabel('Input shape').fill('1, nine');
    await page.getByLabel('Input shape').blur();
    expect(await page.getByLabel('Input shape').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Input shape').inputValue()).toBe('1, nine');
    expect(await page.textContent('#shape-problem')).toMatch(/one to three whole numbers/);
    expect(await page.locator('#shapes tbody tr').count()).toBe(0);
    await page.click('#shapes button:has-text("Tuples")');
    await expect
      .poll(() => page.textContent('#shapes [role=status]'))
      .toBe('[3, 64, 64] → [10, 64, 32], 100 parameters');
    // What was typed last stays in the field.
    const typed = 'nn.Conv2d(3, 4, 1)  # as typed';
    await layers.fill(typed);
    await expect.poll(() => fragment(page)).toContain('stack=Conv2d(3,4,1)');
    expect(await layers.inputValue()).toBe(typed);
    await page.context().close();
  });

  it('show the training images of a seed, and one of them in all figures', async () => {
    const page = await pages.open('/explore#data?sample=7');
    const images = page.locator('.samples button');
    await expect.poll(() => images.count()).toBe(16);
    await page.locator('.model').first().waitFor();
    await expectAtTop(page, 'data');
    expect(await page.textContent('#data')).toContain('len(train_dataloader) is 1875');
    expect(await page.textContent('#data')).toContain('len(test_dataloader) is 313');
    const { data } = JSON.parse(await readFile('release/lab/records.json', 'utf8'));
    const names = [...data.samples[7]].map((label) => data.classes[Number(label)].name);
    expect(await images.allTextContents()).toEqual(names);
    expect(await images.first().getAttribute('title')).toBe(`train_data[${sampleIndices(7, 60_000)[0]}]`);
    await page.getByLabel('Seed').last().fill('8');
    await expect.poll(() => page.textContent('#sample-code')).toContain('torch.manual_seed(8)');
    await images.nth(3).click();
    await expect.poll(() => fragment(page)).toMatch(/^#data\?image=own&pixels=/);
    const trained = names.length && data.classes[Number(data.samples[8][3])].name;
    await expect
      .poll(() => page.locator('.model').last().locator('li').first().textContent())
      .toContain(trained);
    await page.context().close();
  });

  it('give the time of each model’s training and its printed layers', async () => {
    const page = await pages.open('/explore#models');
    await expect.poll(() => page.locator('.model').count()).toBe(3);
    const [v0, v1, tinyvgg] = (await page.locator('.model .note').allTextContents()).map((text) =>
      Number(/trained in ([\d.]+)\ss/.exec(text)?.[1]),
    ) as [number, number, number];
    expect(v0).toBeGreaterThan(0);
    // Both do the same work but for a ReLU.
    expect(Math.max(v0, v1) / Math.min(v0, v1)).toBeLessThan(1.5);
    expect(tinyvgg).toBeGreaterThan(5 * v1);
    await page.locator('.model summary').last().click();
    expect(await page.locator('.model pre').last().innerText()).toContain('(classifier): Sequential(');
    for (const width of [1440, 320]) {
      await page.setViewportSize({ width, height: 740 });
      expect({ width, overflow: await overflowOf(page) }).toEqual({ width, overflow: 0 });
    }
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it('have no violation of axe and fit 320 pixels, also when a layer does not fit', async () => {
    const page = await pages.open(
      '/explore#shapes?stack=Conv2d(3,10,kernel_size=(3,1));Linear(490,10)',
      PHONE,
    );
    for (const width of [320, 360]) {
      await page.setViewportSize({ width, height: 740 });
      for (const id of ['filters', 'shapes', 'data']) {
        await page.locator(`#${id}`).scrollIntoViewIfNeeded();
        await page.locator(`#${id} .figure`).scrollIntoViewIfNeeded();
      }
      await page.locator('.samples button').first().waitFor();
      await page.locator('.model').first().waitFor();
      expect({ width, overflow: await overflowOf(page) }).toEqual({ width, overflow: 0 });
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(
        'new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle)))',
      );
      expect(await axeViolations(page)).toEqual([]);
    }
    await page.context().close();
  });

  it('are where the links of docs/lab.md lead', async () => {
    const guide = await readFile('docs/lab.md', 'utf8');
    const links = [...guide.matchAll(/http:\/\/localhost:8787(\/explore[^)>]*(?:\([^>]*)?)[)>]/g)].map(
      ([, path = '']) => path,
    );
    expect(links.length).toBeGreaterThan(15);
    const page = await pages.open('/explore');
    const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
    for (const link of links) {
      const { hash } = new URL(link, pages.origin);
      const state = readState(hash);
      expect(ids, link).toContain(state.part);
      for (const [name, value] of new URLSearchParams(hash.split('?')[1])) {
        expect(Object.keys(INITIAL), link).toContain(name);
        expect(`${state[name as keyof typeof state]}`, link).toBe(value);
      }
    }
    await page.context().close();
  });

  it('cause no errors, no policy violations and no requests to other origins', () => {
    expect(pages.errors).toEqual([]);
  });
});
