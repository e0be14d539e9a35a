/** @file /explore: the model, the picture, and the figures that look at them. */
import { rankLabels } from '#shared/predictions.ts';
import { drawAll } from '../canvas/figures.ts';
import { find, prefersStillness, say } from '../dom.ts';
import { percent } from '../percent.ts';
import { contents } from './contents.ts';
import { convolutionFigure } from './convolution-figure.ts';
import { detailFigure, makingNow } from './detail-figure.ts';
import { createExplorer, type Explorer } from './explorer.ts';
import { loadServed } from './model.ts';
import { modelsFigure } from './models-figure.ts';
import { chosenMap, networkFigure } from './network-figure.ts';
import { EMPTY } from './picture.ts';
import { poolingFigure } from './pooling-figure.ts';
import { softmaxFigure } from './softmax-figure.ts';
import { sources } from './sources.ts';
import { tensorFigure } from './tensor-figure.ts';

async function main(): Promise<void> {
  const explorer = createExplorer(await loadServed(), EMPTY);
  contents(explorer);
  tensorFigure(explorer);
  convolutionFigure(explorer);
  poolingFigure(explorer);
  networkFigure(explorer, () => makingNow(explorer, chosenMap(explorer)));
  detailFigure(explorer);
  softmaxFigure(explorer);
  modelsFigure(explorer);
  explorer.onChange((changed) => changed.has('picture') && showVerdict(explorer));
  await sources(explorer);
  // What is above a part has its height before it is gone to.
  drawAll();
  parts(explorer);
  document.documentElement.dataset.ready = 'yes';
}

function showVerdict({ activations, model }: Explorer): void {
  const [best] = rankLabels(activations.at(-1) as Float32Array, model.manifest);
  say(find('#verdict', HTMLElement), `${best.label} ${percent(best.score)}`);
}

/** The part that is looked at belongs to the address; a part that the address names is looked at. */
function parts(explorer: Explorer): void {
  const sections = [...document.querySelectorAll<HTMLElement>('section.part')];
  const goTo = (part: string) =>
    document.getElementById(part)?.scrollIntoView({ behavior: prefersStillness() ? 'auto' : 'smooth' });
  if (explorer.state.part)
    document.getElementById(explorer.state.part)?.scrollIntoView({ behavior: 'instant' });
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      goTo(link.hash.slice(1));
      document.getElementById(link.hash.slice(1))?.focus({ preventScroll: true });
    });
  }
  const middle = new IntersectionObserver(
    () => {
      const line = innerHeight / 2;
      const now = sections.find((section) => {
        const { top, bottom } = section.getBoundingClientRect();
        return top < line && bottom > line;
      });
      explorer.change({ part: now?.id ?? '' });
    },
    { rootMargin: '-50% 0px -50% 0px' },
  );
  for (const section of sections) middle.observe(section);
}

main().catch((error: Error) => {
  say(find('#verdict', HTMLElement), error.message);
});
