/** @file The example pictures: a click classifies one. */
import type { FashionClassifier } from '../field/field.ts';

/** @param showProblem receives an Error when an example cannot be loaded */
export function connectExamples(field: FashionClassifier, showProblem: (error: Error) => void): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>('[data-example]');
  const press = (pressed?: HTMLButtonElement) => {
    for (const button of buttons) button.ariaPressed = String(button === pressed);
  };
  // Another photo has replaced the example, or the visitor has removed it.
  field.addEventListener('statechange', () => {
    if (field.state === 'preparing' || field.state === 'empty') press();
  });
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      press(button);
      const response = await fetch(`/examples/${button.dataset.example}.png`).catch(() => undefined);
      if (button.ariaPressed !== 'true') return;
      if (!response?.ok) {
        press();
        return showProblem(new Error('The example cannot be loaded. Check the connection and try again.'));
      }
      field.classify(await response.blob());
      press(button);
    });
  }
}
