/** @file The field's words in the page's language: English is inside, others are loaded when a page speaks them. */
import en, { type Messages } from './messages/en.ts';
import type { Problem } from './state.ts';

const LOCALES: Readonly<Record<string, () => Promise<{ default: Messages }>>> = {
  de: () => import('./messages/de.ts'),
  es: () => import('./messages/es.ts'),
  fr: () => import('./messages/fr.ts'),
  zh: () => import('./messages/zh.ts'),
};

/** The language that an element is in: of the nearest `lang` around it, through shadow roots (HTML, 3.2.6.2); empty where nobody says. */
export function languageOf(element: Element): string {
  const around = element.closest('[lang]');
  if (around) return around.getAttribute('lang') ?? '';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageOf(root.host) : '';
}

/** @param language a BCP 47 tag; whatever has no words of its own is English */
export async function loadMessages(language: string): Promise<Messages> {
  const load = LOCALES[language.toLowerCase().split('-')[0] ?? ''];
  // Words that cannot be fetched are no reason to say nothing.
  return (await load?.().catch(() => undefined))?.default ?? en;
}

/** `text` with its `{…}` filled in. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** What people call a label. */
export const labelText = (label: string, { labels }: Messages): string => labels[label] ?? label;

const PROBLEM_MESSAGES: Readonly<Record<string, keyof Omit<Messages, 'labels'>>> = {
  unreadable: 'unreadable',
  'unsupported-image': 'unreadable',
  'damaged-image': 'unreadable',
  heic: 'heic',
  'image-too-large': 'tooLarge',
  'body-too-large': 'tooLarge',
  'too-many-requests': 'waiting',
  unreachable: 'unreachable',
  'no-local': 'noLocal',
};

/** What a visitor is told of a problem. The endpoint's own words are for whoever built the page. */
export function problemText({ type, isPassing }: Problem, messages: Messages): string {
  return messages[PROBLEM_MESSAGES[type] ?? (isPassing ? 'failed' : 'misbuilt')];
}

/** A share of 1 in percent, never rounded up to certainty nor down to nothing. */
export function percent(share: number, language: string): string {
  const format = new Intl.NumberFormat(language || 'en', { style: 'percent', roundingMode: 'floor' });
  return share < 0.01 ? `< ${format.format(0.01)}` : format.format(share);
}
