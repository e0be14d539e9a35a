/** @file Which labels are right for a folder of photos: garments have more names than the data set has labels. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { LABELS } from '#shared/labels.ts';

/** A folder's name → the labels that count as right for what lies in it. */
export type FolderLabels = Readonly<Record<string, readonly string[]>>;

/** The names of the "clothing-dataset" photos. A folder that is called like a label needs no entry. */
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
 * Reads a file of the shape of `FOLDER_LABELS`.
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

/** The labels that are right in a folder of this name; undefined when the name says nothing. */
export function labelsOf(folder: string, mapping: FolderLabels): readonly string[] | undefined {
  if (Object.hasOwn(mapping, folder)) return mapping[folder];
  const label = LABELS.find((label) => plain(label) === plain(folder));
  return label && [label];
}

/** A name without what a file system or a habit of writing changes in it. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
