/** @file The field's texts in the language of the page. English is built in; the other languages are loaded on demand. */
import en, { type MessageOverrides, type Messages } from './messages/en.ts';
import { optionsOf } from './options.ts';

const LOCALES: Readonly<Record<string, () => Promise<{ default: Messages }>>> = {
  de: () => import('./messages/de.ts'),
  es: () => import('./messages/es.ts'),
  fr: () => import('./messages/fr.ts'),
  zh: () => import('./messages/zh.ts'),
};

/** The texts of one field: those of its language, with the page's overrides. */
export class Texts {
  readonly #onChange: () => void;
  #overrides: MessageOverrides = {};
  #locale = en;
  #hasModel = false;
  #page: MutationObserver | undefined;
  /** Language of the page, as a BCP 47 tag; empty if the page declares none. */
  language = '';
  /** Language of the texts: English if the page's language has none, and the page replaces none. */
  textLanguage = 'en';
  messages = en;

  /** @param onChange called after the language or the messages changed */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get overrides(): MessageOverrides {
    return this.#overrides;
  }

  set overrides(overrides: MessageOverrides) {
    this.#overrides = overrides;
    this.#merge();
  }

  /** Takes over the element's language and whether it has a model of its own, now; and the language whenever the page changes its own. The texts are English until the language is loaded. */
  follow(element: Element): void {
    this.stop();
    this.#page = new MutationObserver(() => this.#update(element));
    this.#page.observe(element.ownerDocument.documentElement, { attributeFilter: ['lang'] });
    this.#update(element);
  }

  stop(): void {
    this.#page?.disconnect();
  }

  async #update(element: Element): Promise<void> {
    const language = languageOf(element);
    this.language = language;
    this.#hasModel = optionsOf(element).model !== null;
    this.#merge();
    const locale = await loadMessages(language);
    if (language !== this.language || locale === this.#locale) return;
    this.#locale = locale;
    this.#merge();
  }

  #merge(): void {
    const isOverridden = Object.keys(this.#overrides).length > 0;
    const { anyModel } = this.#locale;
    const texts = this.#hasModel ? { ...this.#locale, ...anyModel, labels: {} } : this.#locale;
    this.messages = isOverridden ? merge(texts, this.#overrides) : texts;
    this.textLanguage = this.#locale === en && !isOverridden ? 'en' : this.language;
    this.#onChange();
  }
}

/** Returns the value of the nearest `lang` attribute, through shadow roots (HTML, 3.2.6.2); the empty string without one. */
function languageOf(element: Element): string {
  const declaring = element.closest('[lang]');
  if (declaring) return declaring.getAttribute('lang') ?? '';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageOf(root.host) : '';
}

/** Loads the messages for a BCP 47 tag. Returns English for an unknown language, and when loading fails. */
async function loadMessages(language: string): Promise<Messages> {
  const load = LOCALES[language.toLowerCase().split('-')[0] ?? ''];
  return (await load?.().catch(() => undefined))?.default ?? en;
}

/** Merges overrides, also inside the groups of messages. */
function merge(messages: Messages, overrides: MessageOverrides): Messages {
  const merged: Record<string, unknown> = { ...messages };
  for (const [key, value] of Object.entries(overrides)) {
    merged[key] = typeof value === 'object' ? { ...(merged[key] as object), ...value } : value;
  }
  return merged as Messages;
}
