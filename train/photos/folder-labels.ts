/** @file Maps the name of a photo folder to the labels that count as correct: garments have more names than Fashion-MNIST has labels. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { LABELS } from '../dataset/fashion-mnist/labels.ts';

/** Folder name → the labels that count as correct for its photos; none for pictures of other things. */
export type FolderLabels = Readonly<Record<string, readonly string[]>>;

/** Kinds of the "clothing-dataset" photos, and of other things. A folder that is named like a label needs no entry. */
export const FOLDER_LABELS: FolderLabels = {
  blazer: ['Coat'],
  blouse: ['T-shirt/top', 'Shirt'],
  body: ['T-shirt/top'],
  dress: ['Dress'],
  hoodie: ['Pullover', 'Coat'],
  longsleeve: ['Pullover', 'Shirt'],
  outwear: ['Coat'],
  pants: ['Trouser'],
  polo: ['T-shirt/top', 'Shirt'],
  shirt: ['Shirt'],
  shoes: ['Sandal', 'Sneaker', 'Ankle boot'],
  't-shirt': ['T-shirt/top'],
  top: ['T-shirt/top'],
  undershirt: ['T-shirt/top'],
  background: [],
  drawing: [],
  hat: [],
  other: [],
  shorts: [],
  skirt: [],
};

const LabelsFile = v.record(v.string(), v.array(v.picklist(LABELS)));

/**
 * Reads a JSON file with the structure of `FOLDER_LABELS`.
 * @throws ExplainedError of kind `usage`
 */
export async function readFolderLabels(path: string): Promise<FolderLabels> {
  try {
    return v.parse(LabelsFile, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read the labels in ${path}`,
      expected: `JSON like {"shoes": ["Sandal", "Sneaker"]}, with labels of ${LABELS.join(', ')}`,
      got: cause instanceof v.ValiError ? v.summarize(cause.issues) : (cause as Error).message,
      cause,
    });
  }
}

/** Returns the correct labels for a folder of this name; undefined when the name is neither mapped nor like a label. */
export function labelsOf(folder: string, mapping: FolderLabels): readonly string[] | undefined {
  if (Object.hasOwn(mapping, folder)) return mapping[folder];
  const label = LABELS.find((label) => normalize(label) === normalize(folder));
  return label && [label];
}

/**
 * Returns the labels of a kind of photos to train on; empty for a kind that no label names.
 * @throws ExplainedError of kind `usage` for an unknown kind
 */
export function kindLabels(kind: string): readonly string[] {
  const labels = labelsOf(kind, FOLDER_LABELS);
  if (labels) return labels;
  throw new ExplainedError({
    kind: 'usage',
    what: `no label is known for the photos of ${kind}`,
    expected: `${Object.keys(FOLDER_LABELS).join(', ')}, or a label of Fashion-MNIST`,
    next: 'Rename the kind; use `other` for what no label names.',
  });
}

/** Removes case, spaces and punctuation, which differ between file systems and writers. */
const normalize = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
