/** @file The attributes that say how a field works, read when they are needed. */
import type { Mode } from './classify.ts';

/** Those that change what is shown or submitted. */
export const OBSERVED = [
  'name',
  'required',
  'value',
  'mode',
  'min-score',
  'top',
  'include-file',
  'accept',
  'label',
  'hint',
  'lang',
] as const;

/** Labels that an answer lists, unless `top` says otherwise. */
const TOP = 3;

export interface Settings {
  /** Where the picture is looked at; `edge` unless given. */
  mode: Mode;
  /** Where `/v1/classify` is; where this script came from unless given. */
  endpoint: string;
  /** Goes with requests from pages of other origins. */
  siteKey: string | null;
  /** Whether the endpoint signs its answer. */
  sign: boolean;
  minScore: number | undefined;
  top: number;
  accept: string;
  includeFile: boolean;
  label: string | null;
  hint: string | null;
}

export function settingsOf(element: Element): Settings {
  const text = (name: string) => element.getAttribute(name);
  const mode = text('mode');
  const minScore = Number.parseFloat(text('min-score') ?? '');
  return {
    mode: mode === 'local' || mode === 'auto' ? mode : 'edge',
    endpoint: (text('endpoint') ?? new URL(import.meta.url).origin).replace(/\/$/, ''),
    siteKey: text('sitekey'),
    sign: element.hasAttribute('sign'),
    minScore: Number.isNaN(minScore) ? undefined : minScore,
    top: Number.parseInt(text('top') ?? '', 10) || TOP,
    accept: text('accept') ?? 'image/*',
    includeFile: element.hasAttribute('include-file'),
    label: text('label'),
    hint: text('hint'),
  };
}
