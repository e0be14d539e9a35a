/** @file The element's attributes, parsed. They are read again at each use, so that no value is out of date. */

/** Attributes whose change updates the field at once. */
export const OBSERVED_ATTRIBUTES = [
  'name',
  'required',
  'disabled',
  'value',
  'model',
  'mode',
  'min-score',
  'top',
  'sign',
  'include-file',
  'accept',
  'label',
  'hint',
  'lang',
] as const;

/** Number of labels in the result's table, unless `top` is set. */
const DEFAULT_TOP = 3;

/** Where the photo is classified: at the endpoint, on this device, or on this device when the request to the endpoint fails. */
type Mode = 'edge' | 'local' | 'auto';

export interface FieldOptions {
  /** Name of the form entries; empty for none. */
  name: string;
  required: boolean;
  /** Name of the model; null for the endpoint's default model. */
  model: string | null;
  mode: Mode;
  /** Origin of the API, with an optional path, without a trailing slash. Defaults to the origin of this script. */
  endpoint: string;
  /** Sent as `x-site-key`. */
  siteKey: string | null;
  /** Whether the endpoint signs the result. */
  sign: boolean;
  /** Lowest score, in 0..1, with which a label is valid without the visitor's confirmation. */
  minScore: number | undefined;
  /** Number of labels in the result's table. */
  top: number;
  /** File types, as `HTMLInputElement.accept`. */
  accept: string;
  /** Whether the form also receives the photo. */
  includeFile: boolean;
  label: string | null;
  hint: string | null;
}

export function optionsOf(element: Element): FieldOptions {
  const text = (name: string) => element.getAttribute(name);
  const mode = text('mode');
  const minScore = Number.parseFloat(text('min-score') ?? '');
  const top = Number.parseInt(text('top') ?? '', 10);
  return {
    name: text('name') ?? '',
    required: element.hasAttribute('required'),
    model: text('model') || null,
    mode: mode === 'local' || mode === 'auto' ? mode : 'edge',
    endpoint: (text('endpoint') || new URL(import.meta.url).origin).replace(/\/$/, ''),
    siteKey: text('sitekey') || null,
    sign: element.hasAttribute('sign'),
    minScore: Number.isNaN(minScore) ? undefined : minScore,
    top: top > 0 ? top : DEFAULT_TOP,
    accept: text('accept') ?? 'image/*',
    includeFile: element.hasAttribute('include-file'),
    label: text('label'),
    hint: text('hint'),
  };
}
