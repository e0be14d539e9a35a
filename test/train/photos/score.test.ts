/** @file The score of photos against numbers that were calculated by hand. */
import { describe, expect, it } from 'vitest';
import { type PhotoResult, scorePhotos } from '../../../train/photos/score.ts';

const result = (folder: string, label: string, right: boolean, score: number): PhotoResult => {
  return { folder, label, right, score, certainty: score };
};

/** Returns the result of a photo for which the classifier declines to answer whatever the least score is. */
const declined = ({ folder, label, right, score }: PhotoResult): PhotoResult => ({
  ...{ folder, label, right, score },
  abstained: true,
});

// dress: 3 of 4 correct. shoes: 1 of 2.
const PHOTOS: PhotoResult[] = [
  result('dress', 'Dress', true, 0.95),
  result('dress', 'Dress', true, 0.65),
  result('dress', 'Dress', true, 0.55),
  result('dress', 'Coat', false, 0.75),
  result('shoes', 'Sandal', true, 0.85),
  result('shoes', 'Bag', false, 0.35),
];

describe('the score of photos', () => {
  it('is the mean of the folders’ shares, whatever their numbers of photos', () => {
    const { photos, macro, standardError, folders } = scorePhotos(PHOTOS);
    expect([photos, macro]).toEqual([6, (3 / 4 + 1 / 2) / 2]);
    // √(¾·¼/4 + ½·½/2) / 2
    expect(standardError).toBeCloseTo(Math.sqrt(0.046875 + 0.125) / 2, 12);
    expect(folders).toEqual([
      { folder: 'dress', photos: 4, right: 3, share: 0.75, predictions: { Dress: 3, Coat: 1 } },
      { folder: 'shoes', photos: 2, right: 1, share: 0.5, predictions: { Sandal: 1, Bag: 1 } },
    ]);
  });

  it('weighs the photos above a least score as in the whole score', () => {
    const { coverage, macro } = scorePhotos(PHOTOS);
    const at = (least: number) => coverage.find((point) => point.leastScore === least);
    expect(at(0)).toEqual({ leastScore: 0, coverage: 1, accuracy: macro });
    // Above 0.7 are two of four dresses, one correct, and one of two shoes, correct: (⅛ + ¼) of (¼ + ¼).
    expect(at(0.7)).toEqual({ leastScore: 0.7, coverage: 0.5, accuracy: 0.75 });
    expect(at(0.9)).toEqual({ leastScore: 0.9, coverage: 0.125, accuracy: 1 });
    expect(at(0.99)).toEqual({ leastScore: 0.99, coverage: 0, accuracy: Number.NaN });
  });

  it('has the share of pictures of other things that get no answer, whatever their numbers', () => {
    const others = [
      declined(result('hat', 'Bag', false, 0.9)),
      result('hat', 'Bag', false, 0.6),
      result('mug', 'Bag', false, 0.8),
    ];
    const { photos, macro, others: folders, coverage } = scorePhotos(PHOTOS, others);
    expect({ photos, macro }).toEqual({ photos: 6, macro: 0.625 });
    expect(folders).toEqual([
      { folder: 'hat', photos: 2, declined: 1, share: 0.5 },
      { folder: 'mug', photos: 1, declined: 0, share: 0 },
    ]);
    const shares = coverage.map(({ leastScore, declined }) => [leastScore, declined]);
    expect(shares).toEqual(
      expect.arrayContaining([
        [0, 0.25],
        [0.7, 0.5],
        [0.9, 1],
      ]),
    );
    expect(scorePhotos(PHOTOS).coverage[0]).not.toHaveProperty('declined');
  });

  it('counts declined photos in the score, but not as answers', () => {
    const photos = PHOTOS.map((photo) => (photo.right ? photo : declined(photo)));
    const { macro, coverage } = scorePhotos(photos);
    expect(macro).toBe(0.625);
    expect(coverage[0]).toEqual({ leastScore: 0, coverage: 0.625, accuracy: 1 });
  });
});
