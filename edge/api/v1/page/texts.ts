/** @file All texts of the page, in English. Visitors of a web site read them, not developers. */
import type { AbstentionReason } from '#shared/abstention.ts';
import type { ProblemType } from '../../../http/problem-types.ts';

export const TEXTS = {
  result: 'Result',
  photos: (count: number) => `${count} photos`,
  uncertain: (label: string) => `Perhaps ${label}`,
  predictions: 'The most likely labels',
  explanation: 'What the model saw',
  explanationNote: 'The model sees only 28 × 28 grey pixels of the garment.',
  explanationImage: 'The garment in 28 × 28 grey pixels',
  about: 'About this result',
  model: 'Classified by',
  request: 'request',
  problemRequest: 'Request',
  back: 'Use your browser’s back button to return to the form.',
};

/** Shown when the model declines to answer. */
export const ABSTENTIONS: Record<AbstentionReason, string> = {
  'no-garment':
    'No garment stands out from the background. Lay the garment on a plain floor in good light and take another photo.',
  'poor-mask': 'The outline of the garment is hard to see. A plain floor and more light help.',
  'low-score': 'The model is not sure. Several labels are about equally likely.',
};

export interface ProblemText {
  heading: string;
  /** What the visitor can do. */
  advice: string;
}

const NO_PHOTO = {
  heading: 'No photo was chosen',
  advice: 'Go back, choose a photo and send the form again.',
};

/** Problems that a visitor can solve. */
const PROBLEM_TEXTS: Partial<Record<ProblemType, ProblemText>> = {
  'empty-body': NO_PHOTO,
  'malformed-form': NO_PHOTO,
  'unreadable-body': {
    heading: 'The upload was interrupted',
    advice: 'Check your connection and try again.',
  },
  'body-too-large': {
    heading: 'The photos are too large',
    advice: 'Choose smaller photos or fewer of them.',
  },
  'too-many-images': { heading: 'Too many photos', advice: 'Choose fewer photos.' },
  'image-too-large': { heading: 'The photo is too large', advice: 'Choose a smaller photo.' },
  'unsupported-image': {
    heading: 'This file is not a supported photo',
    advice: 'Choose a JPEG or PNG photo.',
  },
  'damaged-image': { heading: 'The photo is damaged', advice: 'Choose another photo.' },
  'too-many-requests': {
    heading: 'Too many photos in a short time',
    advice: 'Wait a minute, then try again.',
  },
};

/** Returns the text for a problem. All other problems are for the site's owner to solve. */
export const problemText = (type: ProblemType): ProblemText =>
  PROBLEM_TEXTS[type] ?? {
    heading: 'The photo could not be classified',
    advice: 'Try again later. If it fails again, please tell the owner of the site.',
  };
