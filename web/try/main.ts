/** @file The try page's script: it adds examples, a camera and pasting to the field, and explains the result. */
import { find, prefersReducedMotion } from '../dom.ts';
import type { FashionClassifier } from '../field/field.ts';
import { photoIn } from '../field/file-drop.ts';
import { connectCamera } from './camera.ts';
import { connectExamples } from './examples.ts';
import { explain } from './explanation.ts';
import { fillSnippets } from './snippets.ts';

async function main(): Promise<void> {
  await customElements.whenDefined('fashion-classifier');
  const field = document.querySelector('fashion-classifier') as FashionClassifier;
  const showProblem = (error?: unknown) => {
    find('#problem', HTMLElement).textContent = error instanceof Error ? error.message : '';
  };
  connectExamples(field, showProblem);
  connectCamera(field, showProblem);
  acceptFiles(field);
  field.addEventListener('statechange', () => {
    if (field.state === 'preparing') showProblem();
    explain(field).catch(showProblem);
    if (field.state === 'answered') keepInView(field);
  });
  fillSnippets();
  document.documentElement.dataset.ready = 'yes';
}

/** Accepts photos that are pasted or dropped anywhere on the page. The field itself handles those inside it. */
function acceptFiles(field: FashionClassifier): void {
  const take = (event: Event, data: DataTransfer | null) => {
    const file = photoIn(data);
    if (file && !event.defaultPrevented) field.classify(file);
  };
  addEventListener('paste', (event) => take(event, event.clipboardData));
  // Without a handler the browser would open the dropped file in place of the page.
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    take(event, event.dataTransfer);
    event.preventDefault();
  });
}

/** Approximate height of the photo with the first scores, in pixels. */
const ANSWER_HEIGHT = 320;

/** Scrolls to the field if the result is outside the window, which is common on phones. The examples stay visible above the field. */
function keepInView(field: FashionClassifier): void {
  const { top } = field.getBoundingClientRect();
  if (top > 0 && top + ANSWER_HEIGHT < innerHeight) return;
  find('#try', HTMLElement).scrollIntoView({ behavior: prefersReducedMotion() ? 'auto' : 'smooth' });
}

main();
