/** @file The script of /explore: loads the model and the first image, and starts the figures. */
import { drawAll } from '../canvas/figures.ts';
import { element, find, prefersReducedMotion, setText } from '../dom.ts';
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

/** Longest time in milliseconds that a link waits for figures. */
const MAX_WAIT = 2000;

async function main(): Promise<void> {
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
  // All figures get their final height before the page scrolls to a section.
  drawAll();
  await linkSections(explorer, loadLabFigures(explorer));
}

/**
 * Scrolls to the section that the URL names, and writes the section in the middle of the window to the URL.
 * @param load loads the other figures, which would push the section away if they came later
 */
async function linkSections(explorer: Explorer, load: () => Promise<void>): Promise<void> {
  const sections = [...document.querySelectorAll<HTMLElement>('section.part')];
  const settled = () => Promise.race([load(), new Promise((late) => setTimeout(late, MAX_WAIT))]);
  if (explorer.state.part) {
    await settled();
    document.getElementById(explorer.state.part)?.scrollIntoView({ behavior: 'instant' });
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    link.addEventListener('click', async (event) => {
      event.preventDefault();
      await settled();
      const target = document.getElementById(link.hash.slice(1));
      target?.scrollIntoView({ behavior: prefersReducedMotion() ? 'auto' : 'smooth' });
      target?.focus({ preventScroll: true });
    });
  }
  const observer = new IntersectionObserver(
    () => {
      const middle = innerHeight / 2;
      const current = sections.find((section) => {
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
    const problem = find('#problem', HTMLElement);
    setText(problem, error.message);
    if (namedModel() === undefined) return;
    problem.append(' ', element('a', { href: '/explore' }, 'See the site’s own model.'));
    document.documentElement.dataset.failed = 'yes';
  })
  .finally(() => {
    document.documentElement.dataset.ready = 'yes';
  });
