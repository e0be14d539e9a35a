/** @file The Worker, Chromium, and a web site on another origin whose pages embed the field. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { sharedWorker } from '../shared-worker.ts';
import type { RunningWorker } from '../worker.ts';
import { collectErrors } from './chromium.ts';
import { sharedChromium } from './shared-servers.ts';

/** The strictest policy with which the field works: nothing but scripts and requests of the endpoint. */
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
  /** Content-Security-Policy of the page. Defaults to `strictPolicy`. */
  policy?: string;
  head?: string;
  lang?: string;
  dir?: string;
}

export interface Site {
  /** Origin of the pages. */
  origin: string;
  /** Origin of the Worker. */
  endpoint: string;
  browser: Browser;
  /** Publishes a page and opens it in a browser context of its own. */
  open(body: string, options?: PageOptions & { context?: BrowserContextOptions }): Promise<Page>;
  /** Publishes a page at a path. @returns its address */
  put(path: string, body: string, options?: PageOptions): string;
  /** Uncaught errors and policy violations of all pages. A test removes those that it expects. */
  errors: string[];
  /** The forms that pages have sent to `/submit`, in order. */
  submitted: FormData[];
  stop(): Promise<void>;
}

/** Where the fields of a site classify, and where its pages open. */
export interface Servers {
  worker: Promise<Pick<RunningWorker, 'origin' | 'stop'>>;
  browser: Promise<Browser>;
}

/** Starts a site. @param servers default to those that test files share. The site stops them. */
export async function startSite(servers: Partial<Servers> = {}): Promise<Site> {
  const [worker, browser] = await Promise.all([
    servers.worker ?? sharedWorker(),
    servers.browser ?? sharedChromium(),
  ]);
  const endpoint = worker.origin;
  const pages = new Map<string, { html: string; policy: string }>();
  const [submitted, errors]: [FormData[], string[]] = [[], []];
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
    // Playwright needs a moment until it intercepts the file picker, so it starts before the page loads.
    page.on('filechooser', () => {});
    collectErrors(page, errors);
    await page.goto(put(`/page-${count}`, body, options));
    return page;
  }

  async function stop(): Promise<void> {
    await browser.close();
    server.close();
    await worker.stop();
  }

  return { origin, endpoint, browser, open, put, submitted, errors, stop };
}

async function listen(
  respond: (request: IncomingMessage) => Promise<{ html: string; policy: string }>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { html, policy } = await respond(request);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (policy) response.setHeader('content-security-policy', policy);
    response.end(html);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return server;
}

/** Parses the form in the body of a request. */
async function formOf(request: IncomingMessage): Promise<FormData> {
  const body = Buffer.concat(await request.toArray());
  const type = request.headers['content-type'] ?? '';
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
}
