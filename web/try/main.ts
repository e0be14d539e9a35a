/** @file The try page's script: it adds examples, a camera and pasting to the field, and explains the result. */
import { find, prefersReducedMotion } from '../dom.ts';
import type { FashionClassifier } from '../field/field.ts';
import { photoIn } from '../field/file-drop.ts';
import { connectCamera } from './camera.ts';
import { connectExamples } from './examples.ts';
import { explain } from './explanation.ts';
import { linkExplorer } from './explorer-link.ts';
import { useNamedModel } from './named-model.ts';
import { fillSnippets } from './snippets.ts';

async function main(): Promise<void> {
  await customElements.whenDefined('fashion-classifier');
  const field = document.querySelector('fashion-classifier') as FashionClassifier;
  const showProblem = (error?: unknown) => {
    const problem = find('#problem');
    problem.textContent = error instanceof Error ? error.message : '';
    if (problem.textContent) scrollTo(problem, 'nearest');
  };
  useNamedModel(field);
  connectExamples(field, showProblem);
  connectCamera(field, showProblem);
  acceptFiles(field);
  linkExplorer(field);
  field.addEventListener('statechange', () => {
    if (field.state === 'preparing') {
      showProblem();
      showAnswerPlace(field);
    }
    explain(field).catch(showProblem);
  });
  fillSnippets(field.model);
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

/** Height of the photo with the answer below it, in pixels. */
const ANSWER_HEIGHT = 320;

/**
 * Scrolls to where the answer will be, if that is outside the window. It scrolls when the visitor gives a photo and not when the answer
 * comes, because the visitor may have scrolled on by then. The examples stay visible above the field.
 */
function showAnswerPlace(field: FashionClassifier): void {
  const { top } = field.getBoundingClientRect();
  if (top < 0 || top + ANSWER_HEIGHT > innerHeight) scrollTo(find('#try'), 'start');
}

/** @param block `nearest` scrolls only if the element is not in the window */
function scrollTo(element: HTMLElement, block: ScrollLogicalPosition): void {
  element.scrollIntoView({ block, behavior: prefersReducedMotion() ? 'auto' : 'smooth' });
}

main();
