/** @file All texts of a result's page, in English. Visitors of a web site read them, not developers. */
import type { AbstentionReason } from '#shared/abstention.ts';

export const TEXTS = {
  photos: (count: number) => `${count} photos`,
  uncertain: (label: string) => `Maybe: ${label}`,
  noGuess: 'No answer',
  predictions: 'The most likely labels',
  explanation: 'What the model saw',
  explanationNote: 'The model sees only this small picture.',
  explanationImage: 'The picture as the model sees it',
  about: 'About this result',
  model: 'Classified by',
  request: 'request',
  back: 'Use your browser’s back button to return to the form.',
};

/** Shown when the model declines to answer. */
export const ABSTENTIONS: Record<AbstentionReason, string> = {
  'no-garment':
    'No garment stands out from the background. Lay the garment on a plain floor in good light and take another photo.',
  'poor-mask': 'The outline of the garment is hard to see. A plain floor and more light help.',
  'none-of-these': 'The photo seems to show something else than the model knows.',
  'low-score': 'The model is not sure. Several labels are about equally likely.',
};
