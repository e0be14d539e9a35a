/** @file A site whose pages embed the field. Suites share its start, its stop and its pages. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { fieldOn } from '../../support/browser/field.ts';
import { type Servers, type Site, startSite } from '../../support/browser/site.ts';

/** Returns a form with a field. */
export const formWithField = (attributes = '', more = '') =>
  `<form action="/submit" method="post" enctype="multipart/form-data">
<fashion-classifier name="garment" ${attributes}></fashion-classifier>${more}<button>Send</button></form>`;

export class FieldSite {
  site!: Site;
  /** The page that was opened last. It is closed after the test. */
  page!: Page;

  /** Opens a page and waits until the element is defined. */
  async open(...args: Parameters<Site['open']>) {
    this.page = await this.site.open(...args);
    await this.page.waitForFunction(() => customElements.get('fashion-classifier'));
    return fieldOn(this.page);
  }
}

/**
 * Starts the site for the suite that calls this, and checks after each test that its pages reported no error.
 * @param openWorker starts the suite's own Worker. Without it, the suite shares one with other files.
 */
export function useFieldSite<T extends FieldSite>(on: T, openWorker?: () => Servers['worker']): T {
  beforeAll(async () => {
    on.site = await startSite(openWorker && { worker: openWorker() });
  });
  afterAll(() => on.site?.stop());
  afterEach(async () => {
    await on.page?.context().close();
    expect(on.site.errors.splice(0)).toEqual([]);
  });
  return on;
}
