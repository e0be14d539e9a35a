/** @file DOM helpers of the pages' scripts. */

type Content = Node | string;

/** Creates an element with properties, `data-` and `aria-` attributes, and content. */
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

/** Returns the first element that matches `selector`. @throws Error when there is none, or it is of another class than `kind` */
export function find<Kind extends Element = HTMLElement>(
  selector: string,
  kind: new () => Kind = HTMLElement as never,
  within: ParentNode = document,
): Kind {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`${selector}: expected ${kind.name}, got ${found?.constructor.name ?? 'nothing'}`);
}

export const canvasIn = (selector: string): HTMLCanvasElement =>
  find(`${selector} canvas`, HTMLCanvasElement);

/** Sets an element's text if it differs. Setting the same text would cause layout, and screen readers would read it again. */
export function setText(where: Element, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** Calls `onChange` with the value of the radio buttons `name` when the visitor changes it. */
export function onChoice(name: string, onChange: (value: string) => void): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    input.addEventListener('change', () => input.checked && onChange(input.value));
  }
}

/** Checks the radio button `name` with this value. */
export function choose(name: string, value: string): void {
  const input = document.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
  if (input) input.checked = true;
}

export const prefersReducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
