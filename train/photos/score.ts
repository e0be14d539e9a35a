/**
 * @file Scores predictions for photos. Every figure is a weighted share of photos: all folders weigh the same, and so do all photos
 * of a folder. A kind of garment with many photos does not outweigh the others (macro accuracy).
 */

/** The prediction for one photo, and whether it is correct. */
export interface PhotoResult {
  folder: string;
  /** The likeliest label. */
  label: string;
  /** Score of the label, in 0..1. */
  score: number;
  right: boolean;
  /** What a model's least score is compared with; absent when the photo has a flaw, for which the classifier declines to answer. */
  certainty?: number;
  /** Whether the classifier declined to answer. */
  abstained?: boolean;
}

/** Returns the weight of each photo; the weights add up to 1. */
export function photoWeights(photos: readonly { folder: string }[]): number[] {
  const folders = Map.groupBy(photos, ({ folder }) => folder);
  return photos.map(({ folder }) => 1 / folders.size / (folders.get(folder) as unknown[]).length);
}

/** Returns the weighted share of the photos `among` for which `holds` is true; NaN when there are none. */
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
  /** right / photos */
  share: number;
  /** How often each label was predicted. */
  predictions: Record<string, number>;
}

/** How often the classifier declined to answer for a folder of pictures of other things. */
interface DeclinedScore {
  folder: string;
  photos: number;
  declined: number;
  /** declined / photos */
  share: number;
}

/** What a model's least score would lead to. */
interface CoveragePoint {
  leastScore: number;
  /** Share of photos that get an answer. */
  coverage: number;
  /** Share of answers that are correct; NaN without answers. */
  accuracy: number;
  /** Share of the pictures of other things that get no answer, the mean of the folders; absent without such pictures. */
  declined?: number;
}

export interface Score {
  photos: number;
  /** Mean of the folders' shares of correct predictions, whether or not the classifier declined to answer. */
  macro: number;
  /** Standard error of `macro`, as if the photos of each folder were drawn at random. */
  standardError: number;
  folders: FolderScore[];
  /** Pictures of other things, for which the classifier should decline to answer. */
  others: DeclinedScore[];
  coverage: CoveragePoint[];
}

const LEAST_SCORES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * @param photos photos of garments
 * @param others pictures of other things
 */
export function scorePhotos(photos: readonly PhotoResult[], others: readonly PhotoResult[] = []): Score {
  const weights = photoWeights(photos);
  const otherWeights = photoWeights(others);
  const folders = [...Map.groupBy(photos, ({ folder }) => folder)].map(([folder, own]) =>
    scoreFolder(folder, own),
  );
  const variance = folders.reduce((sum, { share, photos }) => sum + (share * (1 - share)) / photos, 0);
  return {
    photos: photos.length,
    macro: folders.reduce((sum, { share }) => sum + share, 0) / folders.length,
    standardError: Math.sqrt(variance) / folders.length,
    folders,
    others: [...Map.groupBy(others, ({ folder }) => folder)].map(([folder, own]) =>
      scoreDeclined(folder, own),
    ),
    coverage: LEAST_SCORES.map((leastScore) => {
      const answered = ({ certainty = Number.NEGATIVE_INFINITY }: PhotoResult) => certainty >= leastScore;
      return {
        leastScore,
        coverage: share(photos, weights, answered),
        accuracy: share(photos, weights, isRight, answered),
        ...(others.length > 0 && {
          declined: share(others, otherWeights, (photo) => !answered(photo)),
        }),
      };
    }),
  };
}

function scoreFolder(folder: string, photos: readonly PhotoResult[]): FolderScore {
  const right = photos.filter(isRight).length;
  const predictions: Record<string, number> = {};
  for (const { label } of photos) predictions[label] = (predictions[label] ?? 0) + 1;
  return { folder, photos: photos.length, right, share: right / photos.length, predictions };
}

function scoreDeclined(folder: string, photos: readonly PhotoResult[]): DeclinedScore {
  const declined = photos.filter(({ abstained }) => abstained).length;
  return { folder, photos: photos.length, declined, share: declined / photos.length };
}

const isRight = ({ right }: PhotoResult): boolean => right;
