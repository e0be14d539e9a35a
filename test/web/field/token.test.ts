/** @file The token of a signed field: it is valid when the form is sent, and the photo is not sent again for it. */
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import type { Field } from '../../support/browser/field.ts';
import { formWithField } from './field-site.ts';
import { useRelayedSite } from './relayed-site.ts';

const TROUSER = 'examples/trouser.png';
const MINUTE = 60_000;
const UNCONFIRMED = /The form was not sent, because we could not confirm our answer/;

describeInBrowser('a signed field', () => {
  const on = useRelayedSite();

  /** Opens a form with a signed field that has a label. The page's clock is the test's. */
  async function answered(attributes = '') {
    const body = formWithField(`sign endpoint="${on.relay.origin}" ${attributes}`);
    const field = await on.open(body, { policy: on.policy });
    await on.page.clock.install();
    await field.pick(TROUSER);
    await field.reaches('answered');
    on.relay.posts.length = 0;
    const first = await field.get('token');
    const hasNewToken = () =>
      on.page.waitForFunction((first) => {
        const { token } = document.querySelector('fashion-classifier') as Field;
        return token !== undefined && token !== first;
      }, first);
    return { ...field, first, hasNewToken };
  }

  /** Hides or shows the page, as when the visitor changes the tab. */
  const setHidden = (isHidden: boolean) =>
    on.page.evaluate((isHidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);

  const send = () => on.page.getByRole('button', { name: 'Send' }).click();

  /** Returns the entries of the form that was sent last, and what the endpoint says about its token. */
  async function received() {
    await on.page.waitForURL('**/submit');
    const entries = on.site.submitted.splice(0).map((form) => Object.fromEntries(form));
    expect(entries).toHaveLength(1);
    const token = entries[0]?.['garment-token'];
    return { token, label: entries[0]?.garment, verification: await verify(token) };
  }

  const verify = async (token: unknown) =>
    (
      await fetch(`${on.site.endpoint}/v1/verify`, { method: 'POST', body: JSON.stringify({ token }) })
    ).json();

  it('renews the token before it expires, without the photo', async () => {
    const { hasNewToken, get, first } = await answered();
    await on.page.clock.fastForward(260_000);
    expect([await get('token'), on.relay.posts]).toEqual([first, []]);
    await on.page.clock.fastForward(15_000);
    await hasNewToken();
    expect(await get('token')).toMatch(/^eyJ/);
    expect(on.relay.posts).toEqual(['/v1/renew']);
  });

  it('sends nothing more once the endpoint has refused to renew the token', async () => {
    await answered();
    on.relay.refusals.push({ status: 403, type: 'not-renewable' });
    await on.page.clock.fastForward(5 * MINUTE);
    await expect.poll(() => on.relay.posts).toEqual(['/v1/renew']);
    await on.page.clock.runFor(60 * MINUTE);
    await setHidden(true);
    await setHidden(false);
    await on.page.waitForTimeout(200);
    expect(on.relay.posts).toEqual(['/v1/renew']);
  });

  it('sends nothing while the page is hidden, and renews the token when it is visible again', async () => {
    const { hasNewToken } = await answered();
    await setHidden(true);
    await on.page.clock.runFor(60 * MINUTE);
    expect(on.relay.posts).toEqual([]);
    await setHidden(false);
    await hasNewToken();
    expect(on.relay.posts).toEqual(['/v1/renew']);
  });

  it('renews an expired token when the form is sent', async () => {
    const { first } = await answered();
    await setHidden(true);
    await on.page.clock.fastForward(20 * MINUTE);
    await send();
    const { token, verification } = await received();
    expect(token).not.toBe(first);
    expect(verification).toMatchObject({ valid: true, label: 'Trouser' });
    expect(on.relay.posts).toEqual(['/v1/renew']);
  });

  it('sends the photo again only when the form is sent with a token that cannot be renewed', async () => {
    await answered();
    await setHidden(true);
    await on.page.clock.fastForward(90 * MINUTE);
    on.relay.refusals.push({ status: 403, type: 'not-renewable' });
    await send();
    expect((await received()).verification).toMatchObject({ valid: true, label: 'Trouser' });
    expect(on.relay.posts).toEqual(['/v1/renew', '/v1/classify']);
  });

  it.each([
    ['the endpoint fails', () => on.relay.refusals.push({ status: 503, type: 'model-unavailable' })],
    ['the device is offline', () => on.page.context().setOffline(true)],
    ['the photo is refused', () => refuse('not-renewable', 'no-key')],
  ])('does not send the form without a valid token when %s', async (_, cause) => {
    const { reaches, status, flags, button, field } = await answered('required');
    await setHidden(true);
    await on.page.clock.fastForward(20 * MINUTE);
    await cause();
    await send();
    await reaches('failed');
    expect(await status.textContent()).toMatch(UNCONFIRMED);
    expect([await flags(), on.site.submitted]).toEqual([['badInput'], []]);
    expect(await field.evaluate((element) => document.activeElement === element)).toBe(true);
    const isOffline = await on.page.evaluate(() => !navigator.onLine);
    if (isOffline) await on.page.context().setOffline(false);
    else await button('Try again').click();
    await reaches('answered');
    await send();
    expect((await received()).verification).toMatchObject({ valid: true });
  });

  const refuse = (...types: string[]) =>
    on.relay.refusals.push(...types.map((type) => ({ status: 403, type })));

  it('does not send a label that the visitor has not seen, when the model has changed', async () => {
    const { status, value, get } = await answered();
    const result = await get('result');
    await setHidden(true);
    await on.page.clock.fastForward(90 * MINUTE);
    refuse('not-renewable');
    const predictions = [{ label: 'Bag', index: 8, score: 0.9 }];
    await on.page.route('**/v1/classify*', (route) =>
      route.fulfill({
        json: { ...result, predictions, token: 'e30.eyJpYXQiOjAsImV4cCI6MzAwfQ.e30' },
        headers: { 'access-control-allow-origin': '*' },
      }),
    );
    await send();
    await expect.poll(value).toBe('Bag');
    expect(await status.textContent()).toBe(
      'Our answer has changed. Please check it and send the form again.',
    );
    expect(on.site.submitted).toEqual([]);
    await send();
    await on.page.waitForURL('**/submit');
    expect(on.site.submitted.splice(0).map((form) => form.get('garment'))).toEqual(['Bag']);
  });

  it('shows the page only the submission that has a valid token, with its button', async () => {
    const { first, status } = await answered();
    await on.page.evaluate(() => {
      const seen: unknown[] = [];
      const form = document.querySelector('form') as HTMLFormElement;
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        seen.push([event.submitter?.textContent, new FormData(form).get('garment-token')]);
      });
      Object.assign(document.body, { seen });
    });
    await setHidden(true);
    await on.page.clock.fastForward(20 * MINUTE);
    const release = on.relay.hold();
    await send();
    await send();
    expect(await status.textContent()).toBe('One moment, we are confirming our answer…');
    release();
    const seen = () => on.page.evaluate(() => (document.body as unknown as { seen: string[][] }).seen);
    await expect.poll(seen).toEqual([['Send', expect.stringMatching(/^eyJ/)]]);
    expect((await seen())[0]?.[1]).not.toBe(first);
    expect(await status.textContent()).toBe('Trousers, 99%');
    expect(on.relay.posts).toEqual(['/v1/renew']);
  });

  it('renews the token in time although the field was disabled for a moment', async () => {
    const { field, first } = await answered();
    await setHidden(true);
    await on.page.clock.fastForward(4 * MINUTE);
    for (const isDisabled of [true, false])
      await field.evaluate(
        (element, isDisabled) => Object.assign(element, { disabled: isDisabled }),
        isDisabled,
      );
    await on.page.clock.fastForward(2 * MINUTE);
    await send();
    expect((await received()).token).not.toBe(first);
    expect(on.relay.posts).toEqual(['/v1/renew']);
  });

  it.each([
    ['has verified', true, ['/v1/renew', '/v1/classify']],
    ['has not verified', false, ['/v1/renew']],
  ])(
    'gets another token for a form that is sent again, when its receiver %s the first one',
    async (_, isVerified, posts) => {
      await answered();
      await on.page.evaluate(() => {
        const tokens: unknown[] = [];
        const form = document.querySelector('form') as HTMLFormElement;
        // Such a page shows an error, for example for another field, and the visitor sends the form again.
        form.addEventListener('submit', (event) => {
          event.preventDefault();
          tokens.push(new FormData(form).get('garment-token'));
        });
        Object.assign(document.body, { tokens });
      });
      const tokens = () => on.page.evaluate(() => (document.body as unknown as { tokens: string[] }).tokens);
      await send();
      const [first = ''] = await tokens();
      if (isVerified) expect(await verify(first)).toMatchObject({ valid: true });
      await send();
      await expect.poll(tokens).toHaveLength(2);
      const second = (await tokens())[1] ?? '';
      expect(second).not.toBe(first);
      expect(await verify(second)).toMatchObject({ valid: true, label: 'Trouser' });
      expect(on.relay.posts).toEqual(posts);
    },
  );

  it('keeps the label that the visitor has chosen', async () => {
    const { field } = await answered();
    await field.locator('select').selectOption('Bag');
    await setHidden(true);
    await on.page.clock.fastForward(90 * MINUTE);
    refuse('not-renewable');
    await send();
    expect(await received()).toMatchObject({ label: 'Bag', verification: { valid: true, label: 'Trouser' } });
  });

  it('restores its label with another token after the Back button', async () => {
    const { hasNewToken, value } = await answered();
    await on.page.goto(on.site.put('/elsewhere', 'Elsewhere'));
    await on.page.goBack();
    await hasNewToken();
    expect([await value(), on.relay.posts]).toEqual(['Trouser', ['/v1/renew']]);
  });

  it('is empty after the Back button when the token was verified, and the visitor chooses the photo again', async () => {
    const { pick, reaches, is } = await answered('required');
    await send();
    expect((await received()).verification).toMatchObject({ valid: true });
    await on.page.goBack();
    await expect.poll(() => on.relay.posts).toEqual(['/v1/renew']);
    expect(await is('empty')).toBe(true);
    await pick(TROUSER);
    await reaches('answered');
    await send();
    expect((await received()).verification).toMatchObject({ valid: true });
  });

  it('renews the token when the page removes the field as soon as it has a label, and inserts it again', async () => {
    const { pick, reaches, get } = await on.openField('name="g" sign');
    await on.page.clock.install();
    await on.page.evaluate(() => {
      const field = document.querySelector('fashion-classifier') as Field;
      field.addEventListener('change', () => field.remove(), { once: true });
      Object.assign(document.body, { field });
    });
    await pick(TROUSER);
    await on.page.waitForFunction(() => !document.querySelector('fashion-classifier'));
    await on.page.clock.fastForward(10 * MINUTE);
    expect(on.relay.posts).toEqual(['/v1/classify']);
    await on.page.evaluate(() => document.body.append((document.body as unknown as { field: Field }).field));
    await reaches('answered');
    await expect.poll(() => on.relay.posts).toEqual(['/v1/classify', '/v1/renew']);
    expect(await get('token')).toMatch(/^eyJ/);
  });

  it.each([
    ['no photo', 'value="Coat"', 'Coat'],
    ['a photo that stays on the device', 'mode="local"', 'Trouser'],
  ])('needs no token for %s', async (_, attributes, label) => {
    const policy = on.policy.replace('script-src', "script-src 'wasm-unsafe-eval'");
    const { pick, is, reaches } = await on.open(formWithField(`sign ${attributes}`), { policy });
    if (!(await is('answered'))) await pick(TROUSER);
    await reaches('answered');
    await send();
    await on.page.waitForURL('**/submit');
    expect(on.site.submitted.splice(0).map((form) => form.get('garment'))).toEqual([label]);
  });
});
