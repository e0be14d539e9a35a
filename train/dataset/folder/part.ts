/** @file The parts of a data set. */

export const PARTS = ['train', 'validation', 'test'] as const;

/** Images to train on, to make choices on, and to report the accuracy on. */
export type Part = (typeof PARTS)[number];

const NAMES: Readonly<Record<string, Part>> = {
  train: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
};

/** Returns the part that a folder or a value of the column `split` names, if any. */
export const partOf = (name: string): Part | undefined =>
  Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
