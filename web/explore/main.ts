/** @file The script of /explore: loads the model and the first image, and starts the figures. */
import { drawAll } from '../canvas/figures.ts';
import { find, prefersReducedMotion, setText } from '../dom.ts';
import { contentsFigure } from './contents-figure.ts';
import { convolutionFigure } from './convolution-figure.ts';
import { detailFigure } from './detail-figure.ts';
import { createExplorer, type Explorer } from './explorer.ts';
import { loadServedModel } from './model.ts';
import { modelsFigure } from './models-figure.ts';
import { networkFigure } from './network-figure.ts';
import { pictureInput } from './picture-input.ts';
import { poolingFigure } from './pooling-figure.ts';
import { showPrediction } from './prediction.ts';
import { softmaxFigure } from './softmax-figure.ts';
import { EMPTY_PICTURE } from './source-picture.ts';
import { tensorFigure } from './tensor-figure.ts';

async function main(): Promise<void> {
  const explorer = createExplorer(await loadServedModel(), EMPTY_PICTURE);
  contentsFigure(explorer);
  tensorFigure(explorer);
  convolutionFigure(explorer);
  poolingFigure(explorer);
  networkFigure(explorer);
  detailFigure(explorer);
  softmaxFigure(explorer);
  modelsFigure(explorer);
  explorer.onChange((changed) => changed.has('picture') && showPrediction(explorer));
  await pictureInput(explorer);
  // All figures get their final height before the page scrolls to a section.
  drawAll();
  linkSections(explorer);
  document.documentElement.dataset.ready = 'yes';
}

/** Scrolls to the section that the URL names, and writes the section in the middle of the window to the URL. */
function linkSections(explorer: Explorer): void {
  const sections = [...document.querySelectorAll<HTMLElement>('section.part')];
  if (explorer.state.part)
    document.getElementById(explorer.state.part)?.scrollIntoView({ behavior: 'instant' });
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
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

main().catch((error: Error) => {
  setText(find('#problem', HTMLElement), error.message);
});
