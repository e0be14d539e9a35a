/** @file What the field says in each state, compared with what happens next. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { type Field, fieldOn } from '../../support/browser/field.ts';
import { type Site, startSite } from '../../support/browser/site.ts';
import { startWorker } from '../../support/worker.ts';
import { type RelayedSite, useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';

/** What happens after the words, if the visitor does nothing, and then presses "Try again". */
type Next =
  /** The field sends another request by itself. */
  | 'asks again'
  /** The field sends another request when the network is back. */
  | 'asks again online'
  /** Nothing, until the visitor presses "Try again". */
  | 'button'
  /** Nothing, and there is no such button. */
  | 'nothing';

const refuse =
  (status: number, type: string, count = 1, retryAfter = '1') =>
  ({ relay }: RelayedSite) => {
    for (let i = 0; i < count; i++) relay.refusals.push({ status, type, retryAfter });
  };

const offline = ({ page }: RelayedSite) => page.context().setOffline(true);

/** Blocks the parts of the script that are not loaded yet, until the next request after `letPartsPass`. */
const blockParts = ({ page }: RelayedSite) => page.route('**/field/*', (route) => route.abort());
const letPartsPass = ({ page }: RelayedSite) => page.unroute('**/field/*');

/** Makes the browser fail to convert photos, as when it has not enough memory. */
const breakCanvas = ({ page }: RelayedSite) =>
  page.evaluate(() => {
    const { toBlob } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.toBlob = function (this: HTMLCanvasElement, settle) {
      HTMLCanvasElement.prototype.toBlob = toBlob;
      settle(null);
    };
  });

const otherService = ({ page }: RelayedSite) =>
  page.route(
    '**/v1/classify*',
    (route) => route.fulfill({ json: {}, headers: { 'access-control-allow-origin': '*' } }),
    { times: 1 },
  );

const TOO_MANY = 'Too many photos were sent in a short time.';
const SETUP = 'This field is not set up correctly. Please tell the owner of this website.';
const NOT_AVAILABLE = 'The service is not available right now. We will try again automatically.';
const NOT_LOADED =
  'A part of this field could not be loaded. Check your internet connection and try again, or reload the page.';
const UNREACHABLE = 'We could not send the photo. Check your internet connection and try again.';
const OFFLINE = 'You are offline. We will continue when you are connected again.';
const DEVICE = 'Your browser could not process the photo. Try again, or use another browser.';

type Row = [situation: string, cause: (on: RelayedSite) => unknown, state: string, words: string, next: Next];

const ROWS: Row[] = [
  [
    '429',
    refuse(429, 'too-many-requests'),
    'waiting',
    `${TOO_MANY} We will try again automatically.`,
    'asks again',
  ],
  ['503', refuse(503, 'model-unavailable'), 'waiting', NOT_AVAILABLE, 'asks again'],
  ['500', refuse(500, 'internal'), 'waiting', NOT_AVAILABLE, 'asks again'],
  ['an upload that breaks off', refuse(400, 'unreadable-body'), 'waiting', NOT_AVAILABLE, 'asks again'],
  [
    'four times 429',
    refuse(429, 'too-many-requests', 4, '0'),
    'failed',
    `${TOO_MANY} Please try again later.`,
    'button',
  ],
  [
    '429 for an hour',
    refuse(429, 'too-many-requests', 1, '3600'),
    'failed',
    `${TOO_MANY} Please try again later.`,
    'button',
  ],
  ['four uploads that break off', refuse(400, 'unreadable-body', 4, '0'), 'failed', UNREACHABLE, 'button'],
  ['a missing key', refuse(401, 'no-key'), 'failed', SETUP, 'nothing'],
  ['a response of another service', otherService, 'failed', SETUP, 'nothing'],
  ['a device that is offline', offline, 'offline', OFFLINE, 'asks again online'],
  ['a canvas without memory', breakCanvas, 'failed', DEVICE, 'button'],
];

describeInBrowser('the words of the field are true:', () => {
  const on = useRelayedSite();

  /** Opens a field whose code is loaded. */
  async function openReady(attributes = '') {
    const field = await on.openField(attributes);
    await field.field.hover();
    await on.page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('classify-')),
    );
    return field;
  }

  /** Classifies a photo that the field converts to JPEG before it sends it. */
  const pickPhoto = () =>
    on.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(1200, 900);
      canvas.getContext('2d');
      (document.querySelector('fashion-classifier') as Field).classify(await canvas.convertToBlob());
    });

  /** Checks what happens after the words. */
  async function expectNext(next: Next, { button, reaches }: Awaited<ReturnType<typeof openReady>>) {
    if (next === 'asks again') {
      await reaches('answered');
      return;
    }
    const sent = on.relay.posts.length;
    await on.page.waitForTimeout(1_500);
    expect(on.relay.posts.length).toBe(sent);
    const retry = button('Try again');
    expect(await retry.isVisible()).toBe(next === 'button');
    if (next === 'asks again online') await on.page.context().setOffline(false);
    if (next === 'button') await retry.click();
    if (next !== 'nothing') await reaches('answered');
  }

  it.each(ROWS)('after %s', async (_, cause, state, words, next) => {
    const field = await openReady();
    await cause(on);
    await pickPhoto();
    await field.reaches(state);
    expect(await field.status.textContent()).toBe(words);
    await expectNext(next, field);
  });

  it.each<[mode: string, attributes: string]>([
    ['the endpoint', ''],
    ['this device', 'mode="local"'],
  ])('when code is missing offline, the field continues online: on %s', async (_, attributes) => {
    const policy = on.policy.replace('script-src', "script-src 'wasm-unsafe-eval'");
    const { pick, reaches, status } = await on.openField(attributes, policy);
    await offline(on);
    await pick(TROUSER);
    await reaches('offline');
    expect(await status.textContent()).toBe(OFFLINE);
    await on.page.context().setOffline(false);
    await reaches('answered');
  });

  it.each<[how: string, act: () => unknown]>([
    ['the visitor tries again', () => fieldOn(on.page).button('Try again').click()],
    ['the network is back', () => on.page.evaluate(() => dispatchEvent(new Event('online')))],
  ])('when code cannot be loaded, the field continues as soon as %s', async (_, act) => {
    const { pick, reaches, status } = await on.openField();
    await blockParts(on);
    await pick(TROUSER);
    await reaches('failed');
    expect(await status.textContent()).toBe(NOT_LOADED);
    expect(await on.problems()).toEqual(['not-loaded']);
    await letPartsPass(on);
    await act();
    await reaches('answered');
  });

  it('the network does not replace a label that the visitor has chosen meanwhile', async () => {
    const { pick, reaches, field, value } = await on.openField();
    await blockParts(on);
    await pick(TROUSER);
    await reaches('failed');
    await field.locator('select').selectOption('Bag');
    await letPartsPass(on);
    await on.page.evaluate(() => dispatchEvent(new Event('online')));
    await on.page.waitForTimeout(1_000);
    expect([await value(), on.relay.posts]).toEqual(['Bag', []]);
  });

  it('the table of scores appears when its code can be loaded', async () => {
    const { pick, reaches, field } = await openReady();
    await on.page.route('**/field/result-view-*', (route) => route.abort());
    await pick(TROUSER);
    await reaches('answered');
    expect(await field.locator('table').count()).toBe(0);
    await on.page.unroute('**/field/result-view-*');
    await on.page.evaluate(() => dispatchEvent(new Event('online')));
    await field.locator('table').waitFor();
  });

  it('a file of more than 60 MB', async () => {
    const { status, button } = await openReady();
    await on.page.evaluate(() =>
      (document.querySelector('fashion-classifier') as Field).classify(
        new Blob([new Uint8Array(60_000_001)]),
      ),
    );
    expect(await status.textContent()).toBe('This photo is larger than 60 MB. Please choose a smaller one.');
    expect(await button('Try again').isHidden()).toBe(true);
  });
});

describeInBrowser('a page whose origin', () => {
  const SITE_KEY = 'site_of_another_shop_altogether';
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    site = await startSite({
      worker: startWorker({
        variables: { SITE_KEYS: JSON.stringify({ [SITE_KEY]: ['https://shop.example'] }) },
      }),
    });
  });
  afterAll(() => site?.stop());

  describe.each([
    ['is not bound to the site key', `sitekey="${SITE_KEY}"`, 'wrong-origin'],
    ['has a mistyped site key', 'sitekey="site_mistyped_mistyped"', 'wrong-key'],
    ['has no site key', '', 'no-key'],
  ])('%s', (_, attributes, type) => {
    it('shows that the field is set up wrongly, and tells the developer why', async () => {
      page = await site.open(`<fashion-classifier ${attributes}></fashion-classifier>`);
      const { pick, reaches, status, button } = fieldOn(page);
      const problem = page.evaluate(
        () =>
          new Promise<{ type: string }>((settle) =>
            document.addEventListener('problem', (event) => settle((event as CustomEvent).detail)),
          ),
      );
      await pick(TROUSER);
      await reaches('failed');
      expect(await status.textContent()).toBe(SETUP);
      expect(await button('Try again').isHidden()).toBe(true);
      expect((await problem).type).toBe(type);
      await page.context().close();
    });
  });
});
