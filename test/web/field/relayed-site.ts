/** @file A site whose fields upload through a relay. Suites share its start, its stop and its pages. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Relay, startRelay } from '../../support/browser/relay.ts';
import { type PageOptions, type Servers, strictPolicy } from '../../support/browser/site.ts';
import { FieldSite, useFieldSite } from './field-site.ts';

/** A page with a light and a dark scheme. */
const STYLE = `:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; background: light-dark(#fff, #121214); color: light-dark(#111, #eee); font: 16px/1.5 system-ui, sans-serif; }`;

export type FormOptions = PageOptions & { context?: BrowserContextOptions; style?: string };

export class RelayedSite extends FieldSite {
  relay!: Relay;

  /** The strictest policy that allows uploads to the relay. */
  get policy(): string {
    return strictPolicy(this.site.endpoint).replace('connect-src', `connect-src ${this.relay.origin}`);
  }

  /** Opens a page with a field alone, which records its problem events. */
  async openField(attributes = '', policy = this.policy) {
    const field = await this.open(this.#field(attributes), { policy });
    await this.page.evaluate(() => {
      const problems: string[] = [];
      document.addEventListener('problem', (event) => problems.push((event as CustomEvent).detail.type));
      Object.assign(document.body, { problems });
    });
    return field;
  }

  /** Opens a page with a required field in a form, and with styles. */
  openForm(attributes = '', { style = '', ...options }: FormOptions = {}) {
    const form = `<form>${this.#field(`name="g" required ${attributes}`)}<button>Send</button></form>`;
    const script = `<script type="module" src="${this.site.endpoint}/field.js"></script>`;
    const head = `<style>${STYLE}${style}</style>${script}`;
    return this.open(form, { policy: `${this.policy}; style-src 'unsafe-inline'`, head, ...options });
  }

  /** Returns the types of the problem events on a page of `openField`. */
  problems = () => this.page.evaluate(() => (document.body as unknown as { problems: string[] }).problems);

  #field = (attributes: string) =>
    `<fashion-classifier endpoint="${this.relay.origin}" ${attributes}></fashion-classifier>`;
}

/** Starts the site and the relay for the suite that calls this, and checks after each test that its pages reported no error. */
export function useRelayedSite(openWorker?: () => Servers['worker']): RelayedSite {
  const on = useFieldSite(new RelayedSite(), openWorker);
  beforeAll(async () => {
    on.relay = await startRelay(on.site.endpoint);
  });
  afterAll(() => on.relay?.stop());
  afterEach(() => {
    on.relay.refusals.length = 0;
    on.relay.posts.length = 0;
  });
  return on;
}
