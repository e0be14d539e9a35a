/**
 * @file The content of the element for pages in which the script does not run: a `<select>` of labels, or an `<input type="file">` with
 * an optional button that posts it to the endpoint.
 */

/** What the visitor entered before the script was loaded. */
interface FallbackEntry {
  file?: File | undefined;
  label?: string | undefined;
  /** The labels of the list, whether the visitor has chosen one or not. */
  labels?: readonly string[];
}

/**
 * Disables the fallback now. It also disables what the parser or a script adds to it later, and what a script enables again.
 * @param onEntry receives a file or a label that the visitor chose before the script was loaded
 * @returns the observer that does so
 */
export function replaceFallback(element: Element, onEntry: (entry: FallbackEntry) => void): MutationObserver {
  onEntry(disableControls(element));
  // A script may have set the value of a control that arrives later. The visitor cannot see the control.
  const observer = new MutationObserver(() => disableControls(element));
  observer.observe(element, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  return observer;
}

/** Disables the controls, so that their form does not submit them. They stay in the page, because they belong to its author. */
function disableControls(element: Element): FallbackEntry {
  const entry: FallbackEntry = {};
  for (const control of element.querySelectorAll<HTMLInputElement | HTMLButtonElement | HTMLSelectElement>(
    ':is(input, button, select, textarea):not([slot], [slot] *)',
  )) {
    if (control.disabled) continue;
    // A control of another document has another class, so `instanceof` would not recognize it.
    if ('files' in control) entry.file ??= control.files?.[0];
    const isList = 'selectedOptions' in control && control.name === element.getAttribute('name');
    if (isList) {
      entry.label ??= chosenIn(control);
      entry.labels = Array.from(control.options, ({ value }) => value).filter(Boolean);
    }
    control.disabled = true;
  }
  return entry;
}

/** Returns the value that the visitor chose; undefined while the list shows what the page has selected. */
function chosenIn({ selectedOptions: [option], options }: HTMLSelectElement): string | undefined {
  const initial = [...options].findLast(({ defaultSelected }) => defaultSelected) ?? options[0];
  return option && option !== initial ? option.value : undefined;
}
