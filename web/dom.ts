/** @file The few things that the pages' scripts do with the document. */

type Content = Node | string;

/** An element with properties, `data-` and `aria-` attributes among them, and content. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Record<string, unknown> = {},
  ...content: Content[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (/^(data-|aria-|role$|for$|scope$)/.test(name)) made.setAttribute(name, `${value}`);
    else Object.assign(made, { [name]: value });
  }
  made.append(...content);
  return made;
}

/** The one element that `selector` finds, of a kind. @throws Error when the page has none such */
export function find<Kind extends Element>(
  selector: string,
  kind: new () => Kind,
  within: ParentNode = document,
): Kind {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`${selector}: expected ${kind.name}, got ${found?.constructor.name ?? 'nothing'}`);
}

export const canvasIn = (selector: string): HTMLCanvasElement =>
  find(`${selector} canvas`, HTMLCanvasElement);

/** Says text where it is not said already: what is set again is laid out, and read aloud, again. */
export function say(where: Element, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** The chosen value of the radio buttons `name`, told now and whenever it is changed by hand. */
export function onChoice(name: string, chosen: (value: string) => void): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    input.addEventListener('change', () => input.checked && chosen(input.value));
  }
}

export function choose(name: string, value: string): void {
  const input = document.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
  if (input) input.checked = true;
}

export const prefersStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
