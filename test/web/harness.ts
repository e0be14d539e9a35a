/** @file A browser, the Worker, and a web site of another origin that embeds the field: the real ones, on this machine. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { startWrangler } from '../../infra/wrangler.ts';
import { freePort } from '../train/store/servers.ts';

/** Debian's; .ci/run installs it. */
export const CHROMIUM = '/usr/bin/chromium';

/** A suite that needs a browser; its name says so where it is skipped. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (existsSync(CHROMIUM)) describe(name, { timeout: 30_000 }, suite);
  else describe.skip(`${name} (skipped: ${CHROMIUM} is not installed; apt-get install chromium)`, suite);
}

/** All that a strict page allows: its own address for nothing, the endpoint for script and requests. */
export const strictPolicy = (endpoint: string): string =>
  [
    "default-src 'none'",
    `script-src ${endpoint}`,
    `connect-src ${endpoint}`,
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
  ].join('; ');

export interface PageOptions {
  /** Content-Security-Policy of the page; strict unless given, with WebAssembly where `wasm` says so. */
  policy?: string;
  head?: string;
  lang?: string;
  dir?: string;
}

export interface Site {
  /** Of the pages. */
  origin: string;
  /** Of the Worker. */
  endpoint: string;
  browser: Browser;
  /** Puts a page up, and opens it in a context of its own. */
  open(body: string, options?: PageOptions & { context?: BrowserContextOptions }): Promise<Page>;
  /** Puts a page up at a path. */
  put(path: string, body: string, options?: PageOptions): string;
  /** What browsers have said of pages that a strict policy or an error has stopped; tests take out what they expect. */
  complaints: string[];
  /** What forms have sent to `/submit`, the last one last. */
  submitted: FormData[];
  stop(): Promise<void>;
}

/** Starts all three. @param variables of the Worker */
export async function startSite(variables: Record<string, string> = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyvgg-field-'));
  const end = new AbortController();
  const [port, inspectorPort] = [await freePort(), await freePort()];
  const state = join(folder, 'state');
  const secrets = { TOKEN_SECRET: 'a-secret-of-the-tests-with-more-than-32-characters' };
  const [worker, browser] = await Promise.all([
    startWrangler({
      ...{ host: '127.0.0.1', port, inspectorPort, state, signal: end.signal },
      variables: { ...secrets, ...variables },
    }),
    chromium.launch({ executablePath: CHROMIUM }),
  ]);
  const endpoint = worker.origin;
  const pages = new Map<string, { html: string; policy: string }>();
  const [submitted, complaints]: [FormData[], string[]] = [[], []];
  const server = await listen(async (request) => {
    if (request.method === 'POST') submitted.push(await formOf(request));
    return (
      pages.get(new URL(request.url ?? '/', 'http://localhost').pathname) ?? { html: 'Thank you', policy: '' }
    );
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function put(path: string, body: string, options: PageOptions = {}): string {
    const {
      head = `<script type="module" src="${endpoint}/field.js"></script>`,
      lang = 'en',
      dir = 'ltr',
    } = options;
    const html = `<!doctype html><html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><title>Sell a garment</title>
<meta name="viewport" content="width=device-width">${head}</head><body><main><h1>Sell a garment</h1>${body}</main></body></html>`;
    pages.set(path, { html, policy: options.policy ?? strictPolicy(endpoint) });
    return `${origin}${path}`;
  }

  let count = 0;
  async function open(
    body: string,
    { context, ...options }: Parameters<Site['open']>[1] = {},
  ): Promise<Page> {
    count += 1;
    const page = await (await browser.newContext(context)).newPage();
    // Told early: it takes a moment until the picker is kept from opening.
    page.on('filechooser', () => {});
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted|integrity/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(put(`/page-${count}`, body, options));
    return page;
  }

  async function stop(): Promise<void> {
    await browser.close();
    server.close();
    end.abort();
    await worker.ended;
    await rm(folder, { recursive: true, force: true });
  }

  return { origin, endpoint, browser, open, put, submitted, complaints, stop };
}

async function listen(
  answer: (request: IncomingMessage) => Promise<{ html: string; policy: string }>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { html, policy } = await answer(request);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (policy) response.setHeader('content-security-policy', policy);
    response.end(html);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return server;
}

/** The form that a request carries. */
async function formOf(request: IncomingMessage): Promise<FormData> {
  const body = Buffer.concat(await request.toArray());
  const type = request.headers['content-type'] ?? '';
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
}

/** The element as scripts of a page see it. */
export interface Field extends HTMLElement {
  value: string;
  score?: number;
  token?: string;
  file?: File;
  state: string;
  result?: { predictions: { label: string; score: number }[]; explanation?: { image: string } };
  classify(file: Blob): Promise<Field['result']>;
  validity: ValidityState;
  validationMessage: string;
}

/** What tests do with a field of a page. @param selector of the element, where there are several */
export function fieldOn(page: Page, selector = 'fashion-classifier') {
  const field = page.locator(selector);
  return {
    field,
    button: (name: string | RegExp) => field.getByRole('button', { name }),
    status: field.locator('[part=status]'),
    /** As if the picker had given it. */
    pick: (file: Parameters<typeof field.setInputFiles>[0]) =>
      field.locator('input[type=file]').last().setInputFiles(file),
    value: () => field.evaluate((element) => (element as Field).value),
    get: <K extends keyof Field>(name: K) =>
      field.evaluate((element, name) => (element as Field)[name], name) as Promise<Field[K]>,
    /** Names of the flags that are set. */
    flags: () =>
      field.evaluate((element) => {
        const { validity } = element as Field;
        return Object.keys(ValidityState.prototype).filter(
          (flag) => flag !== 'valid' && validity[flag as keyof ValidityState],
        );
      }),
    is: (state: string) => field.evaluate((element, state) => element.matches(`:state(${state})`), state),
    reaches: (state: string) =>
      page.waitForFunction(
        ([selector, state]) => document.querySelector(selector as string)?.matches(`:state(${state})`),
        [selector, state],
        { timeout: 15_000 },
      ),
  };
}

/** Entries of the page's form, files as their names. */
export function entriesOn(page: Page): Promise<[string, string][]> {
  return page.evaluate(() =>
    [...new FormData(document.forms[0])].map(([name, value]) => [
      name,
      value instanceof File ? value.name : value,
    ]),
  );
}
