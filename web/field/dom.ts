/** @file Elements from calls: no markup is parsed, so neither a strict CSP nor Trusted Types have anything to object. */

type Attributes = Record<string, string | boolean | EventListener>;

/** An element with these attributes (`true` is present, `false` absent), listeners (functions, by the event's name), and children. */
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

/** A line drawing of 24 × 24, in the colour of the text around it. @param d its path */
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
