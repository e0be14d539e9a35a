/**
 * @file The content of the element for pages in which the script does not run: a `<select>` of labels, or an `<input type="file">` with
 * an optional button that posts it to the endpoint.
 */

/** What the visitor entered before the script was loaded. */
interface FallbackEntry {
  file?: File | undefined;
  label?: string | undefined;
}

/**
 * Disables the fallback now, and what the parser adds to it until the page is complete.
 * @param name of the field; a `<select>` of this name holds a label
 * @param onEntry receives a file or a label that the visitor chose before the script was loaded
 */
export function replaceFallback(
  element: Element,
  name: string,
  onEntry: (entry: FallbackEntry) => void,
): void {
  const disable = () => onEntry(disableControls(element, name));
  disable();
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', disable, { once: true });
  }
}

/** Disables the controls, so that their form does not submit them. They stay in the page, because they belong to its author. */
function disableControls(element: Element, name: string): FallbackEntry {
  const entry: FallbackEntry = {};
  for (const control of element.querySelectorAll<HTMLInputElement | HTMLButtonElement | HTMLSelectElement>(
    ':is(input, button, select, textarea):not([slot], [slot] *)',
  )) {
    if (control.disabled) continue;
    if (control instanceof HTMLInputElement) entry.file ??= control.files?.[0];
    if (control instanceof HTMLSelectElement && control.name === name) entry.label ??= chosenIn(control);
    control.disabled = true;
  }
  return entry;
}

/** Returns the value that the visitor chose; undefined while the list shows what the page has selected. */
function chosenIn({ selectedOptions: [option], options }: HTMLSelectElement): string | undefined {
  const initial = [...options].findLast(({ defaultSelected }) => defaultSelected) ?? options[0];
  return option && option !== initial ? option.value : undefined;
}
