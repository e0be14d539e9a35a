/** @file HTML and SVG from templates. Values are escaped unless they are markup. */
import { html, raw as trusted } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Markup = HtmlEscapedString;

/** Template tag. Values are strings, numbers, markup or lists of these; false, null and undefined render nothing. */
export const markup = html as (strings: TemplateStringsArray, ...values: unknown[]) => Markup;

/** Marks text from a trusted source, such as a library, as markup. */
export const raw = (text: string): Markup => trusted(text);
