/** @file English. `{…}` stands for what the sentence is about. */

const en = {
  label: 'Photo of the garment',
  choose: 'Choose a photo',
  another: 'Choose another',
  camera: 'Take a photo',
  drop: 'or drop or paste one here',
  hint: 'It is scaled down before it is sent.',
  hintLocal: 'It stays on this device.',

  preparing: 'Reading the photo…',
  uploading: 'Sending the photo…',
  classifying: 'Looking at the photo…',
  waiting: 'Many are asking just now. It asks again by itself.',
  unanswered: 'No answer yet. It asks again by itself.',
  seconds: 'in {seconds}',
  offline: 'You are offline. It goes on when you are back.',
  cancel: 'Cancel',
  retry: 'Try again',
  remove: 'Remove',
  preview: 'Your photo',
  removed: 'The photo is removed.',
  cancelled: 'Cancelled.',

  perhaps: 'Perhaps {label}',
  noGarment: 'Nothing stands out from the background. Lay the garment on a plain floor, in good light.',
  poorMask: 'The outline is hard to see. A plain floor and more light help.',
  lowScore: 'Several labels are about as likely.',
  likeliest: 'The likeliest labels',
  score: 'Score',
  question: 'Is this right?',
  yes: 'Yes',
  correct: 'No, it is…',
  saw: 'What the model saw',
  sawText: 'All that it sees are 28 × 28 grey pixels of the garment.',
  here: 'Computed on this device.',

  missing: 'Choose a photo of the garment.',
  busy: 'The photo is still being looked at. Wait a moment.',
  unsure: 'The model is not sure. Say what it is, or choose another photo.',

  unreadable: 'This file is no photo that can be read. Choose a JPEG or PNG file.',
  heic: 'This browser cannot read HEIC photos. Save it as JPEG, or choose another.',
  tooLarge: 'The photo is too large. Choose a smaller one.',
  unreachable: 'The photo could not be sent. Check the connection.',
  noLocal: 'This browser cannot look at the photo by itself.',
  misbuilt: 'This field is not set up as it should be. Tell the owner of the page.',
  failed: 'Something went wrong.',

  labels: {} as Readonly<Record<string, string>>,
};

export type Messages = Readonly<typeof en>;

export default en satisfies Messages as Messages;
