/** @file Creates elements without parsing markup, so that a strict Content Security Policy and Trusted Types allow it. */

type Attributes = Record<string, string | boolean | EventListener>;

/**
 * Creates an element.
 * @param attributes strings are set as they are; `true` sets an empty attribute and `false` none; a function listens for the event of
 *   that name
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** Creates a button. @param part its part, besides `button` */
export const button = (part: string, onClick: () => void): HTMLButtonElement =>
  h('button', { type: 'button', part: `button ${part}`, click: onClick });

/** Creates a decorative SVG of 24 × 24 units with one path. @param d the path's data */
export function icon(part: string, d: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  for (const [name, value] of Object.entries({ part, viewBox: '0 0 24 24', 'aria-hidden': 'true' }))
    svg.setAttribute(name, value);
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', d);
  svg.append(path);
  return svg;
}

/** Sets an element's text if it differs. A live region is announced at every change, even to the same text. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Returns a function that creates a style sheet once for each document. A shadow tree adopts only sheets of its own document. */
export function sheetPerDocument(css: string): (document: Document) => CSSStyleSheet[] {
  const sheets = new WeakMap<Document, CSSStyleSheet[]>();
  return (document) => {
    const known = sheets.get(document);
    // A document without a window shows nothing.
    const window = document.defaultView as (Window & typeof globalThis) | null;
    if (known || !window) return known ?? [];
    const sheet = new window.CSSStyleSheet();
    sheet.replaceSync(css);
    sheets.set(document, [sheet]);
    return [sheet];
  };
}
