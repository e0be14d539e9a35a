/** @file The script of /explore: loads the model and the first image, and starts the figures. */
import { drawAll } from '../canvas/figures.ts';
import { element, find, setText } from '../dom.ts';
import { contentsFigure } from './contents-figure.ts';
import { convolutionFigure } from './convolution-figure.ts';
import { detailFigure } from './detail-figure.ts';
import { createExplorer, type Explorer } from './explorer.ts';
import { loadLabFigures } from './lab-figures.ts';
import { loadNamedModel, loadServedModel, namedModel } from './model.ts';
import { describeModel } from './model-texts.ts';
import { modelsFigure } from './models-figure.ts';
import { networkFigure } from './network-figure.ts';
import { pictureInput } from './picture-input.ts';
import { poolingFigure } from './pooling-figure.ts';
import { showPrediction } from './prediction.ts';
import { softmaxFigure } from './softmax-figure.ts';
import { emptyPicture } from './source-picture.ts';
import { tensorFigure } from './tensor-figure.ts';

/** The element that stays at the top of the window while the page grows above it, until the visitor scrolls. */
let held: HTMLElement | null = null;
/** Where the window was scrolled for it. */
let heldAt = 0;

function hold(): void {
  if (!held) return;
  held.scrollIntoView();
  heldAt = scrollY;
}

/** Scrolls to an element and holds it; without one, ends the hold. */
function holdAt(id: string): void {
  held = document.getElementById(id);
  // Otherwise the browser, too, scrolls when the page grows, and it would look as if the visitor did.
  document.documentElement.style.overflowAnchor = held ? 'none' : '';
  hold();
}

new ResizeObserver(hold).observe(document.body);
addEventListener('scroll', () => scrollY !== heldAt && holdAt(''));

async function main(): Promise<void> {
  const [, part = ''] = /^#([a-z]+)/.exec(location.hash) ?? [];
  holdAt(part);
  const name = namedModel();
  const model = await (name === undefined ? loadServedModel() : loadNamedModel(name));
  const explorer = createExplorer(model, emptyPicture(model.input.shape));
  contentsFigure(explorer);
  tensorFigure(explorer);
  convolutionFigure(explorer);
  poolingFigure(explorer);
  networkFigure(explorer);
  detailFigure(explorer);
  softmaxFigure(explorer);
  // The lab's models take the same input as the site's own model.
  if (name === undefined && model.input.preprocessing.kind === 'garment') modelsFigure(explorer);
  else describeModel(model);
  explorer.onChange((changed) => changed.has('picture') && showPrediction(explorer));
  await pictureInput(explorer);
  // All figures get their final height.
  drawAll();
  loadLabFigures(explorer);
  linkSections(explorer);
}

/** Scrolls to the section of a link, and writes the section in the middle of the window to the URL. */
function linkSections(explorer: Explorer): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      holdAt(link.hash.slice(1));
      held?.focus({ preventScroll: true });
    });
  }
  const sections = [...document.querySelectorAll('section[id]')];
  const observer = new IntersectionObserver(
    () => {
      const middle = innerHeight / 2;
      // The last one is the innermost.
      const current = sections.findLast((section) => {
        const { top, bottom } = section.getBoundingClientRect();
        return top < middle && bottom > middle;
      });
      explorer.change({ part: current?.id ?? '' });
    },
    { rootMargin: '-50% 0px -50% 0px' },
  );
  for (const section of sections) observer.observe(section);
}

main()
  .catch((error: Error) => {
    const problem = find('#problem');
    setText(problem, error.message);
    if (namedModel() === undefined) return;
    problem.append(' ', element('a', { href: '/explore' }, 'See the site’s own model.'));
    document.documentElement.dataset.failed = 'yes';
  })
  .finally(() => {
    document.documentElement.dataset.ready = 'yes';
  });
