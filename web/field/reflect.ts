/** @file Sets attributes from properties. Frameworks set a property where the element has one, with any value. */

/** Boolean attributes. React 18, Vue and Svelte may write `false` as their text; the field then removes them. */
export const FLAGS: readonly string[] = ['required', 'disabled', 'sign', 'include-file'];

/** Sets an attribute to a text; null and undefined remove it. */
export function reflectText(element: Element, name: string, value: unknown): void {
  if (value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}

/** Sets or removes a boolean attribute. @param value may be an attribute's text: the empty string is true, `false` is false */
export function reflectFlag(element: Element, name: string, value: unknown): void {
  element.toggleAttribute(name, value === '' || (Boolean(value) && value !== 'false'));
}

/**
 * Sets properties again that the page set before the element was defined. They would hide the class's accessors. A property without a
 * setter is dropped.
 */
export function upgradeProperties(element: object): void {
  const prototype = Object.getPrototypeOf(element);
  for (const [name, value] of Object.entries(element)) {
    if (!(name in prototype)) continue;
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, value);
  }
}
