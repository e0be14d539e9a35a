/** @file The field as a guest in other people's pages: loading, integrity, moving, and pages without JavaScript. */
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser/chromium.ts';
import { entriesOn, type Field, fieldOn } from '../../support/browser/field.ts';
import { FieldSite, formWithField as form, useFieldSite } from './field-site.ts';

const TROUSER = 'examples/trouser.png';
const on = new FieldSite();

/** Returns what the field holds and shows, and the entries of the form that contains it. */
const contentOf = (form: string) =>
  on.page.evaluate((form) => {
    const field = document.querySelector('fashion-classifier') as Field;
    const root = field.shadowRoot as ShadowRoot;
    return {
      value: field.value,
      score: field.score,
      file: field.file?.name,
      state: field.state,
      parent: field.parentElement?.id,
      entries: [...new FormData(document.querySelector(form) as HTMLFormElement)] as [string, string][],
      view: root.innerHTML,
      select: root.querySelector('select')?.value,
      drawings: [...root.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()),
    };
  }, form);
describeInBrowser('an embedded field', () => {
  useFieldSite(on);

  it('takes over properties and a file that were set before its script was loaded', async () => {
    const policy = `default-src 'none'; script-src ${on.site.endpoint}; connect-src ${on.site.endpoint}`;
    on.page = await on.site.open(form(), { head: '', policy });
    await on.page.evaluate(() => {
      const field = document.querySelector('fashion-classifier') as Field;
      Object.assign(field, { required: true, messages: { choose: 'Pick one' } });
      const input = Object.assign(document.createElement('input'), { type: 'file', name: 'image' });
      field.append(input);
    });
    const { field, reaches, value, button } = fieldOn(on.page);
    await field.locator('input').setInputFiles(TROUSER);
    await on.page.addScriptTag({ type: 'module', url: `${on.site.endpoint}/field.js` });
    await reaches('answered');
    expect(await value()).toBe('Trouser');
    expect(await field.getAttribute('required')).toBe('');
    await button('Remove').click();
    await button('Pick one').waitFor();
    expect(await entriesOn(on.page)).toEqual([]);
  });

  it('works when the page loads the script twice and has two fields', async () => {
    const index = await (await fetch(`${on.site.endpoint}/field.json`)).json();
    const pinned = `<script type="module" src="${on.site.endpoint}${index.url}" integrity="${index.integrity}" crossorigin></script>`;
    const evergreen = `<script type="module" src="${on.site.endpoint}/field.js"></script>`;
    await on.open(form('id="one"', '<fashion-classifier name="two" id="two"></fashion-classifier>'), {
      head: pinned + evergreen + evergreen,
    });
    const [one, two] = [fieldOn(on.page, '#one'), fieldOn(on.page, '#two')];
    await one.pick(TROUSER);
    await one.reaches('answered');
    expect([await two.value(), (await entriesOn(on.page)).map(([name]) => name)]).toEqual([
      '',
      ['garment', 'garment-by', 'garment-score'],
    ]);
    await two.pick(TROUSER);
    await two.reaches('answered');
    expect(await entriesOn(on.page)).toHaveLength(6);
  });

  it('is not defined when the integrity hash differs, and its later files match their hashes', async () => {
    const index = await (await fetch(`${on.site.endpoint}/field.json`)).json();
    const wrong = `sha384-${'A'.repeat(64)}`;
    on.page = await on.site.open(form(), {
      head: `<script type="module" src="${on.site.endpoint}${index.url}" integrity="${wrong}" crossorigin></script>`,
    });
    await on.page.waitForLoadState('networkidle');
    expect(await on.page.evaluate(() => customElements.get('fashion-classifier') === undefined)).toBe(true);
    expect(on.site.errors.splice(0).join()).toMatch(/integrity/);
    for (const [path, integrity] of Object.entries(index.parts as Record<string, string>)) {
      const response = await fetch(`${on.site.endpoint}${path}`, { integrity });
      expect([response.status, response.headers.get('cache-control')], path).toEqual([
        200,
        expect.stringContaining('immutable'),
      ]);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it.each(['append', 'moveBefore'] as const)(
    'keeps value, form entries and view when %s moves it with a result',
    async (method) => {
      const { pick, reaches, field, value } = await on.open(`${form()}<form id="other"></form>`);
      await pick(TROUSER);
      await reaches('answered');
      await on.page.locator('[part=pixels]').waitFor({ state: 'attached' });
      await field.locator('select').selectOption('Bag');
      const before = await contentOf('form:not(#other)');
      expect(before).toMatchObject({ value: 'Bag', file: 'trouser.png', parent: '' });
      expect(before.entries.map(([name]) => name)).toEqual(['garment', 'garment-by']);

      const events = await on.page.evaluate((method) => {
        const field = document.querySelector('fashion-classifier') as Field;
        const other = document.querySelector('#other') as Element & {
          moveBefore(node: Node, child: null): void;
        };
        const events: string[] = [];
        for (const name of ['input', 'change', 'cancel', 'problem', 'result', 'statechange'])
          field.addEventListener(name, () => events.push(name));
        if (method === 'append') other.append(field);
        else other.moveBefore(field, null);
        return new Promise<string[]>((settle) => setTimeout(settle, 100, events));
      }, method);
      expect(events).toEqual([]);
      expect(await contentOf('#other')).toEqual({ ...before, parent: 'other' });
      expect(await entriesOn(on.page)).toEqual([]);

      await field.locator('select').selectOption('Coat');
      expect(await value()).toBe('Coat');
    },
  );

  it.each(['an iframe', 'a popup'] as const)(
    'keeps its styles, its label and its form when it is moved into %s and back',
    async (kind) => {
      const { pick, reaches } = await on.open(`${form()}<iframe></iframe>`);
      await pick(TROUSER);
      await reaches('answered');
      await on.page.locator('table').waitFor();
      const looks = await on.page.evaluate(async (kind) => {
        const field = document.querySelector('fashion-classifier') as Field;
        const home = field.parentElement as HTMLElement;
        const look = () => {
          const { defaultView: view } = field.ownerDocument;
          const styleOf = (part: string) =>
            view?.getComputedStyle(field.shadowRoot?.querySelector(part) as Element) as CSSStyleDeclaration;
          const [zone, bar] = [styleOf('[part=zone]'), styleOf('[part=bar]')];
          return { zone: zone.display, border: zone.borderStyle, bar: bar.display, value: field.value };
        };
        const frames = document.querySelector('iframe') as HTMLIFrameElement;
        const other = (kind === 'an iframe' ? frames.contentWindow : open('', '', 'width=600')) as Window;
        const looks = [look()];
        const otherForm = other.document.body.appendChild(other.document.createElement('form'));
        otherForm.append(field);
        looks.push(look());
        const entries = [...new FormData(otherForm)].map(([name]) => name);
        // A document without a window has no style sheets.
        document.implementation.createHTMLDocument().body.append(field);
        home.append(field);
        looks.push(look());
        if (kind === 'a popup') other.close();
        return { looks, entries };
      }, kind);
      expect(looks.looks[0]).toEqual({ zone: 'grid', border: 'solid', bar: 'block', value: 'Trouser' });
      expect(looks.looks).toEqual(Array(3).fill(looks.looks[0]));
      expect(looks.entries).toContain('garment');
      await pick(TROUSER);
      await reaches('answered');
    },
  );

  it('disables a fallback that arrives later, is enabled again, or is in another document', async () => {
    await on.open(`${form()}<iframe></iframe>`);
    const isDisabled = (change: 'insert' | 'enable' | 'move') =>
      on.page.evaluate(async (change) => {
        const { contentDocument: other } = document.querySelector('iframe') as HTMLIFrameElement;
        const field =
          document.querySelector('fashion-classifier') ?? other?.querySelector('fashion-classifier');
        const insert = (document: Document) => {
          const list = document.createElement('select');
          list.name = 'garment';
          for (const label of ['', 'Bag']) list.append(new Option(label, label, false, label !== ''));
          field?.append(list);
        };
        if (change === 'insert') insert(document);
        if (change === 'enable') (field?.querySelector('select') as HTMLSelectElement).disabled = false;
        if (change === 'move') {
          other?.body.append(field as Element);
          insert(other as Document);
        }
        await Promise.resolve();
        return [...(field?.querySelectorAll('select') ?? [])].every(({ disabled }) => disabled);
      }, change);
    for (const change of ['insert', 'enable', 'move'] as const)
      expect([change, await isDisabled(change)]).toEqual([change, true]);
    // A script chose the option, not the visitor.
    expect(
      await on.page
        .frameLocator('iframe')
        .locator('fashion-classifier')
        .evaluate((field) => (field as Field).value),
    ).toBe('');
  });

  it('speaks the page’s language, also when the page changes it while the field is shown', async () => {
    const { button } = await on.open(form());
    await button('Choose a photo').waitFor();
    await on.page.evaluate(() => {
      document.documentElement.lang = 'de';
    });
    await button('Foto auswählen').waitFor();
  });

  it('stops when it is removed from the page, and starts again when it is inserted', async () => {
    const { pick, reaches, value } = await on.open(form());
    await pick(TROUSER);
    await reaches('answered');
    const isBusy = await on.page.evaluate(async () => {
      const field = document.querySelector('fashion-classifier') as Field;
      const done = field.classify(field.file as File);
      field.remove();
      await done;
      const isBusy = field.matches(':state(busy)');
      document.body.append(field);
      return isBusy;
    });
    expect(isBusy).toBe(true);
    await reaches('answered');
    expect(await value()).toBe('Trouser');
  });

  it('can be imported without a DOM', async () => {
    const { FashionClassifier } = await import('../../../web/field/field.ts');
    expect(FashionClassifier.formAssociated).toBe(true);
    expect('fashion-classifier' in globalThis).toBe(false);
  });

  it('adds nothing to the global object, and loads one file until the visitor approaches it', async () => {
    const requests: string[] = [];
    on.page = await (await on.site.browser.newContext()).newPage();
    on.page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await on.page.goto(on.site.put('/quiet', form(), { head: '' }));
    const before = await on.page.evaluate(() => Object.getOwnPropertyNames(globalThis).length);
    await on.page.goto(on.site.put('/quiet', form()));
    await on.page.waitForFunction(() => customElements.get('fashion-classifier'));
    await on.page.waitForTimeout(200);
    expect(await on.page.evaluate(() => Object.getOwnPropertyNames(globalThis).length)).toBe(before);
    expect(requests.filter((path) => path.startsWith('/field'))).toEqual(['/field.js']);
    await fieldOn(on.page).field.hover();
    await on.page.waitForRequest('**/field/classify-*.js', { timeout: 2000 }).catch(() => {});
    expect(requests.filter((path) => path.startsWith('/field/'))).toHaveLength(1);
  });

  it('falls back to a form of the endpoint in a page without JavaScript', async () => {
    on.page = await on.site.open(
      `<form action="/submit" method="post" enctype="multipart/form-data"><fashion-classifier name="garment">
<input type="file" name="image"><button formaction="${on.site.endpoint}/v1/classify">What is it?</button></fashion-classifier></form>`,
      { policy: "default-src 'none'", context: { javaScriptEnabled: false } },
    );
    await on.page.locator('input').setInputFiles(TROUSER);
    await on.page.getByRole('button', { name: 'What is it?' }).click();
    await on.page.waitForURL('**/v1/classify');
    expect(await on.page.locator('h1').textContent()).toBe('Trouser');
    expect(await on.page.locator('tr').count()).toBe(5);
    expect(await on.page.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(
      28,
    );
  });
});
