/** @file The field's texts in English. Their readers are visitors of a web shop. A value replaces a placeholder such as `{label}`. */
import type { AbstentionReason } from '#shared/abstention.ts';
import type { PhotoWarning } from '#shared/photo-warnings.ts';

/** Said of an answer that the model declines to give. The explorer says it, too. */
export const UNSURE = 'Maybe: {label}';

/** By the reason why the model declined to answer. */
export const ABSTAINED: Readonly<Record<AbstentionReason, string>> = {
  'no-garment':
    'We could not recognize a garment. Lay the garment on a plain surface in good light and take a new photo.',
  'poor-mask':
    'We could not see clearly where the garment ends. A photo on a plain background in good light works better.',
  'none-of-these': 'It seems to be none of the kinds that we know. If it is one, please choose it below.',
  'low-score': 'It could be one of several kinds. Please choose the right one below.',
};

const en = {
  label: 'Photo of the garment',
  choose: 'Choose a photo',
  chooseAnother: 'Choose another photo',
  takePhoto: 'Take a photo',
  dropOrPaste: 'or drop or paste one here',
  hint: 'We make the photo smaller before we send it.',
  hintLocal: 'The photo stays on your device.',

  preparing: 'Opening the photo…',
  uploading: 'Sending the photo…',
  classifying: 'Recognizing the garment…',
  rateLimited: 'Too many photos were sent in a short time. We will try again automatically.',
  noResponse: 'The service is not available right now. We will try again automatically.',
  retryIn: 'Next attempt in {seconds}',
  offline: 'You are offline. We will continue when you are connected again.',
  cancel: 'Cancel',
  cancelled: 'Cancelled.',
  retry: 'Try again',
  remove: 'Remove',
  removed: 'The photo was removed.',
  confirming: 'One moment, we are confirming our answer…',
  changed: 'Our answer has changed. Please check it and send the form again.',
  preview: 'Your photo',

  unsure: UNSURE,
  abstained: ABSTAINED,
  /** More advice, by the code of a warning. The reasons above say what is missing here. */
  advice: {
    round: 'It looks round, which no garment is.',
    'cut-off': 'Part of the garment is outside the photo. Step back a little.',
    small: 'The garment is small in the photo. Move closer.',
    'ignored-orientation': 'The photo may lie on its side. Turn it before you choose it.',
  } as Readonly<Partial<Record<PhotoWarning, string>>>,
  mostLikely: 'Most likely kinds',
  question: 'Is this right?',
  yes: 'Yes',
  correct: 'No, it is…',
  none: 'None of these',
  chooseKind: 'Choose the kind yourself…',
  networkInput: 'What the computer saw',
  networkInputText: 'The computer only sees these 28 × 28 grey dots of your garment.',
  computedLocally: 'Computed on your device.',

  missing: 'Please choose a photo of the garment.',
  stillWorking: 'We are still looking at the photo. Please wait a moment.',
  confirm: 'We are not sure about this photo. Please confirm or correct our answer, or choose another photo.',
  decide: 'Please choose an answer from the list, or another photo.',
  unknownLabel: '“{label}” is not on our list. Please choose another answer.',

  /** Replace the texts above in a field with the attribute `model`: its photos may show anything. */
  anyModel: {
    label: 'Your photo',
    classifying: 'Recognizing the photo…',
    networkInputText: 'The computer only sees this small picture.',
    missing: 'Please choose a photo.',
  },

  /** By the key that problem-text.ts assigns to a problem type. */
  problems: {
    unreadable: 'We cannot use this file. Please choose another photo, as a JPEG or PNG file.',
    heic: 'This browser cannot open HEIC photos. Save the photo as JPEG, or choose another one.',
    tooLarge: 'This photo is larger than 60 MB. Please choose a smaller one.',
    tooNarrow: 'This photo is too narrow. Please crop it.',
    tooManyRequests: 'Too many photos were sent in a short time. Please try again later.',
    unreachable: 'We could not send the photo. Check your internet connection and try again.',
    notLoaded:
      'A part of this field could not be loaded. Check your internet connection and try again, or reload the page.',
    unconfirmed:
      'The form was not sent, because we could not confirm our answer. Check your internet connection and try again, or choose the photo again.',
    securityCheck: 'The security check did not succeed. Reload the page and try again.',
    device: 'Your browser could not process the photo. Try again, or use another browser.',
    service: 'Something went wrong on our side. Please try again in a few minutes.',
    setup: 'This field is not set up correctly. Please tell the owner of this website.',
  } as Readonly<Record<ProblemText, string>>,

  /** By the default model's label. A label without a text, and every label of another model, is shown as it is. */
  labels: { 'T-shirt/top': 'T-shirt or top', Trouser: 'Trousers' } as Readonly<Record<string, string>>,
};

export type ProblemText =
  | 'unreadable'
  | 'heic'
  | 'tooLarge'
  | 'tooNarrow'
  | 'tooManyRequests'
  | 'unreachable'
  | 'notLoaded'
  | 'unconfirmed'
  | 'securityCheck'
  | 'device'
  | 'service'
  | 'setup';

export type Messages = Readonly<typeof en>;

/** Texts that a page replaces. Those that it leaves out keep the field's wording. */
export type MessageOverrides = {
  readonly [Key in keyof Messages]?: Messages[Key] extends string ? string : Partial<Messages[Key]>;
};

export default en satisfies Messages as Messages;
