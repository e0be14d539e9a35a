/** @file HTML and SVG text from templates: what is put in is escaped, unless it is markup itself. */
import { html, raw as trusted } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Markup = HtmlEscapedString;

/** A template whose values are strings, numbers, markup or lists of them; false, null and undefined are nothing. */
export const markup = html as (strings: TemplateStringsArray, ...values: unknown[]) => Markup;

/** Markup of a library's making. */
export const raw = (text: string): Markup => trusted(text);
