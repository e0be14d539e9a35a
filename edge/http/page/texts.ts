/** @file All texts of a problem's page, in English. Visitors of a web site read them, not developers. */
import { MAX_BODY_BYTES, MAX_IMAGES } from '../limits.ts';
import { PROBLEMS, type ProblemType } from '../problem-types.ts';

export const TEXTS = {
  request: 'Request',
  forOwner: 'For the owner of the site:',
  back: 'Use your browser’s back button to return to the form.',
  start: 'Go to the start page.',
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

/** Problems that the sender of a form can solve. */
const FORM_TEXTS: Partial<Record<ProblemType, ProblemText>> = {
  'empty-body': NO_PHOTO,
  'malformed-form': NO_PHOTO,
  'unreadable-body': {
    heading: 'The upload was interrupted',
    advice: 'Check your connection and try again.',
  },
  'slow-body': {
    heading: 'The upload took too long',
    advice: 'Choose a smaller photo, or try again with a faster connection.',
  },
  busy: { heading: 'Too many photos arrive at once', advice: 'Try again in a few seconds.' },
  'body-too-large': {
    heading: 'The photos are too large',
    advice: `Together they may have up to ${MAX_BODY_BYTES / 2 ** 20} MB. Choose smaller photos or fewer of them.`,
  },
  'too-many-images': { heading: 'Too many photos', advice: `Choose at most ${MAX_IMAGES} photos.` },
  'image-too-large': { heading: 'The photo is too large', advice: 'Choose a smaller photo.' },
  'unsupported-image': {
    heading: 'This file is not a supported photo',
    advice: 'Choose another photo, as a JPEG or PNG file.',
  },
  'damaged-image': { heading: 'The photo is damaged', advice: 'Choose another photo.' },
  'too-many-requests': {
    heading: 'Too many photos in a short time',
    advice: 'Wait a minute, then try again.',
  },
};

/** Returns whether the sender of a form can solve a problem, and so needs no words for developers. */
export const isForVisitors = (type: ProblemType): boolean => type in FORM_TEXTS;

/** Problems of the address itself. */
const ADDRESS_TEXTS: Partial<Record<ProblemType, ProblemText>> = {
  'not-found': { heading: 'There is no page at this address', advice: 'Check the address for mistakes.' },
  'method-not-allowed': {
    heading: 'This address is not a page',
    advice: 'Only forms and programs use it.',
  },
};

/** For all other problems of a form, which the site's owner must solve. */
const OTHER_FORM_PROBLEM: ProblemText = {
  heading: 'The photo could not be classified',
  advice: 'Try again later. If it fails again, please tell the owner of the site.',
};

/** @param isForm whether a form was submitted; otherwise a person opened an address */
export function problemText(type: ProblemType, isForm: boolean): ProblemText {
  const text = ADDRESS_TEXTS[type] ?? (isForm ? (FORM_TEXTS[type] ?? OTHER_FORM_PROBLEM) : undefined);
  return text ?? { heading: PROBLEMS[type].title, advice: 'This address is for programs.' };
}
