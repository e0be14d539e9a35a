/**
 * @file How good answers to photos are. Every figure is a weighted share of photos: folders count the same, and within a
 * folder its photos, so that a kind of garment with many photos does not outweigh the others (macro accuracy).
 */

/** An answer, and whether it is right. */
export interface Judged {
  folder: string;
  /** The likeliest label. */
  label: string;
  /** Of the label, in 0..1. */
  score: number;
  right: boolean;
  /** Whether the classifier declined to answer. */
  abstained?: boolean;
}

/** Each photo's weight; they add up to 1. */
export function photoWeights(photos: readonly { folder: string }[]): number[] {
  const folders = Map.groupBy(photos, ({ folder }) => folder);
  return photos.map(({ folder }) => 1 / folders.size / (folders.get(folder) as unknown[]).length);
}

/** The share that `holds` for, of the photos that are `among`; NaN when none is. */
export function share<Photo>(
  photos: readonly Photo[],
  weights: readonly number[],
  holds: (photo: Photo) => boolean,
  among: (photo: Photo) => boolean = () => true,
): number {
  let [part, whole] = [0, 0];
  for (const [i, photo] of photos.entries()) {
    if (!among(photo)) continue;
    whole += weights[i];
    if (holds(photo)) part += weights[i];
  }
  return part / whole;
}

interface FolderScore {
  folder: string;
  photos: number;
  right: number;
  /** right / photos. */
  share: number;
  /** How often each label was the answer. */
  predictions: Record<string, number>;
}

/** One of the possible rules "answer when the score is at least so much". */
interface CoveragePoint {
  threshold: number;
  /** Share of photos that get an answer. */
  coverage: number;
  /** Share of answers that are right; NaN when there is none. */
  accuracy: number;
}

export interface Score {
  photos: number;
  /** Mean of the folders' shares of right answers, whether or not the classifier abstained. */
  macro: number;
  /** Of `macro`, if the photos of each folder were drawn at random. */
  standardError: number;
  folders: FolderScore[];
  /** With the answers that the classifier stands by. */
  coverage: CoveragePoint[];
}

const THRESHOLDS = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

export function scorePhotos(photos: readonly Judged[]): Score {
  const weights = photoWeights(photos);
  const folders = [...Map.groupBy(photos, ({ folder }) => folder)].map(([folder, own]) =>
    scoreFolder(folder, own),
  );
  const variance = folders.reduce((sum, { share, photos }) => sum + (share * (1 - share)) / photos, 0);
  return {
    photos: photos.length,
    macro: folders.reduce((sum, { share }) => sum + share, 0) / folders.length,
    standardError: Math.sqrt(variance) / folders.length,
    folders,
    coverage: THRESHOLDS.map((threshold) => {
      const answered = ({ score, abstained }: Judged) => score >= threshold && !abstained;
      return {
        threshold,
        coverage: share(photos, weights, answered),
        accuracy: share(photos, weights, isRight, answered),
      };
    }),
  };
}

function scoreFolder(folder: string, photos: readonly Judged[]): FolderScore {
  const right = photos.filter(isRight).length;
  const predictions: Record<string, number> = {};
  for (const { label } of photos) predictions[label] = (predictions[label] ?? 0) + 1;
  return { folder, photos: photos.length, right, share: right / photos.length, predictions };
}

const isRight = ({ right }: Judged): boolean => right;
