/**
 * @file The content of the element for pages without JavaScript: `<input type="file" name="image">`, with an optional button that posts
 * it to the endpoint.
 */

/**
 * Disables the fallback now, and what the parser adds to it until the page is complete.
 * @param onFile receives a file that the visitor chose before the script was loaded
 */
export function replaceFallback(element: Element, onFile: (file: File) => void): void {
  const disable = () => {
    const chosen = disableControls(element);
    if (chosen) onFile(chosen);
  };
  disable();
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', disable, { once: true });
  }
}

/**
 * Disables the controls, so that their form does not submit them. They stay in the page, because they belong to its author.
 * @returns the file that the visitor chose, if any
 */
function disableControls(element: Element): File | undefined {
  let chosen: File | undefined;
  for (const control of element.querySelectorAll<HTMLInputElement | HTMLButtonElement>(
    'input:not([slot], [slot] *), button:not([slot], [slot] *)',
  )) {
    if (control instanceof HTMLInputElement && !control.disabled) chosen ??= control.files?.[0];
    control.disabled = true;
  }
  return chosen;
}
