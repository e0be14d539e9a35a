/** @file A button that copies code. */

/**
 * Copies the code on a click. Where the browser does not allow that, for example on a plain HTTP address, it selects the code.
 * @param announce receives the outcome as a sentence
 */
export function copyOnClick(
  button: HTMLButtonElement,
  code: HTMLElement,
  announce: (outcome: string) => void = () => {},
): void {
  const label = button.textContent;
  button.addEventListener('click', async () => {
    const isCopied = await navigator.clipboard?.writeText(code.textContent ?? '').then(
      () => true,
      () => false,
    );
    button.textContent = isCopied ? 'Copied' : 'Select and copy';
    announce(isCopied ? 'Copied.' : 'The browser does not allow copying here. Select the text and copy it.');
    if (!isCopied) getSelection()?.selectAllChildren(code);
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}
