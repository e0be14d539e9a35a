/** @file Maps the name of a photo folder to the labels that count as correct: garments have more names than Fashion-MNIST has labels. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { LABELS } from '../dataset/fashion-mnist/labels.ts';

/** Folder name → the labels that count as correct for its photos. */
export type FolderLabels = Readonly<Record<string, readonly string[]>>;

/** Folder names of the "clothing-dataset" photos. A folder that is named like a label needs no entry. */
export const FOLDER_LABELS: FolderLabels = {
  dress: ['Dress'],
  longsleeve: ['Pullover', 'Shirt'],
  outwear: ['Coat'],
  pants: ['Trouser'],
  shirt: ['Shirt'],
  shoes: ['Sandal', 'Sneaker', 'Ankle boot'],
  't-shirt': ['T-shirt/top'],
};

const LabelsFile = v.record(v.string(), v.pipe(v.array(v.picklist(LABELS)), v.minLength(1)));

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

/** Removes case, spaces and punctuation, which differ between file systems and writers. */
const normalize = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
