/**
 * @file What stands inside the element for pages without script: `<input type="file" name="image">`, and perhaps a button that posts
 * it to the endpoint.
 */

/**
 * Takes the controls out of their form, for nobody sees them any more. They stay in the page, which is its author's.
 * @returns a file that somebody has picked before the script was there
 */
export function retire(element: Element): File | undefined {
  let picked: File | undefined;
  for (const control of element.querySelectorAll<HTMLInputElement | HTMLButtonElement>(
    'input:not([slot], [slot] *), button:not([slot], [slot] *)',
  )) {
    if (control instanceof HTMLInputElement && !control.disabled) picked ??= control.files?.[0];
    control.disabled = true;
  }
  return picked;
}
