/** @file The try page and the field in a page of another site give a photo the same scores. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Field, fieldOn } from '../../support/browser/field.ts';
import { drawFile, SHIRT } from '../../support/browser/pictures.ts';
import { type Site, startSite } from '../../support/browser/site.ts';

let site: Site;

describeInBrowser('the same photo', () => {
  beforeAll(async () => {
    site = await startSite();
  }, 100_000);
  afterAll(() => site?.stop());

  it('is uploaded with at most 1024 pixels and gets the same scores on the try page and on another site', {
    tags: ['slow'],
  }, async () => {
    const tryPage = await (await site.browser.newContext()).newPage();
    await tryPage.goto(`${site.endpoint}/`);
    const foreign = await site.open('<fashion-classifier></fashion-classifier>');
    const photo = await drawFile(foreign, 'shirt.jpg', SHIRT);
    const classified = async (page: Page) => {
      const { pick, reaches, get, field } = fieldOn(page);
      const uploaded = page.waitForRequest(/v1\/classify/);
      await pick(photo);
      const bytes = (await uploaded).postDataBuffer();
      await reaches('answered');
      const size = await field.evaluate(async (element) => {
        const { width, height } = await createImageBitmap((element as Field).file as File);
        return [width, height];
      });
      return { size, bytes: bytes?.toString('base64'), predictions: (await get('result'))?.predictions };
    };
    const [own, other] = [await classified(tryPage), await classified(foreign)];
    expect(own.size).toEqual([1024, 768]);
    expect(own.predictions?.[0]?.label).toBe('T-shirt/top');
    expect(own.predictions).toEqual(other.predictions);
    expect(own.bytes).toBe(other.bytes);
    expect(site.errors).toEqual([]);
    await Promise.all([tryPage.context().close(), foreign.context().close()]);
  });
}, []);
