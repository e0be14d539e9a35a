/** @file The answer: label, scores, what the network saw, how it came to that, and when not to believe it. */
import { element, find } from '../dom.ts';
import { type Answer, Problem } from './classify.ts';

/** In plain words; the API says the same by these names. */
const ABSTAINED: Record<NonNullable<Answer['abstained']>, string> = {
  'no-garment':
    'Nothing stands out from the background, so this is a guess about the whole picture. Do not take it for an answer.',
  'poor-mask': 'The outline of the garment is not to be trusted, so neither is the answer.',
  'low-score': 'No kind is likelier than all the others together. Take this for a guess.',
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const place = (): HTMLElement => find('#answer', HTMLElement);

export function showWaiting(): void {
  place().dataset.waiting = 'yes';
}

export function showProblem(error: unknown): void {
  const text =
    error instanceof Problem
      ? error.message
      : 'The service cannot be reached. Check the connection and try again.';
  show(
    element(
      'p',
      { className: 'problem', role: 'alert' },
      error instanceof Error && !(error instanceof TypeError) ? error.message : text,
    ),
  );
}

export function showAnswer({ predictions, abstained, explanation, model }: Answer): void {
  const [best] = predictions;
  const lead = abstained
    ? [
        element('p', { className: 'label unsure' }, `Perhaps: ${best.label}`),
        element('p', { className: 'abstained' }, ABSTAINED[abstained]),
      ]
    : [element('p', { className: 'label' }, best.label)];
  show(
    ...lead,
    ...(explanation?.warnings ?? []).map((warning) => element('p', { className: 'warning' }, warning)),
    element('div', { className: 'parts' }, scores(predictions), ...(explanation ? [seen(explanation)] : [])),
    element(
      'p',
      { className: 'note' },
      `${model.name}, version ${model.version.slice(0, 12)}. `,
      element('a', { href: '/explore' }, 'See how it computes this'),
    ),
  );
}

function show(...content: Node[]): void {
  delete place().dataset.waiting;
  place().replaceChildren(...content);
}

/** Scores up to this share of the best are not worth a line. */
const LEAST = 0.001;

function scores(predictions: Answer['predictions']): HTMLElement {
  const worthwhile = predictions.filter(({ score }, i) => i < 3 || score >= LEAST);
  return element(
    'table',
    { className: 'scores' },
    element('caption', { className: 'hidden' }, 'Scores'),
    element(
      'tbody',
      {},
      ...worthwhile.map(({ label, score }) => {
        const bar = element('i');
        bar.style.width = percent(score).replace(' ', '');
        return element(
          'tr',
          {},
          element('th', { scope: 'row' }, label),
          element(
            'td',
            {},
            element('div', {}, element('span', { className: 'bar' }, bar), element('b', {}, percent(score))),
          ),
        );
      }),
    ),
  );
}

function seen({ image, steps, quality }: NonNullable<Answer['explanation']>): HTMLElement {
  return element(
    'figure',
    { className: 'seen' },
    element('img', {
      src: image,
      alt: 'The picture as the network saw it, 28 by 28 grey pixels',
      width: 28,
      height: 28,
    }),
    element('figcaption', {}, 'What the network saw'),
    element(
      'ol',
      { className: 'way' },
      ...steps.map((step) => element('li', {}, inWords(step))),
      ...(quality === null ? [] : [element('li', {}, `outline trusted to ${percent(quality)}`)]),
    ),
  );
}

function inWords(step: NonNullable<Answer['explanation']>['steps'][number]): string {
  const share = (name: string) => percent(Number(step[name]));
  switch (step.step) {
    case 'as-is':
      return 'taken as it is: already 28 × 28, bright on black';
    case 'mask':
      return `cut out: ${share('share')} of the photo is garment`;
    case 'whole-frame':
      return 'no garment found: the whole picture is taken';
    case 'tone':
      return 'inverted, and brought into the range of brightness that it knows';
    case 'place':
      return 'scaled to 28 pixels and centred';
    default:
      return step.step;
  }
}
