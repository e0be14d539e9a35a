/** @file The training images that the lab shows, and the records of the data set, against the data set. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { copyPixels } from '../../../../shared/decode/pixels.ts';
import type { LabRecords } from '../../../../shared/lab-records.ts';
import { GRID, SEEDS, sampleIndices } from '../../../../shared/lab-samples.ts';
import { openDecoder } from '../../../../train/decoder.ts';
import { describeWithData } from '../../../support/data.ts';

it('the indices are those of torch.randint after torch.manual_seed(42)', () => {
  // torch.manual_seed(42); torch.randint(0, 10, (10,))
  expect(sampleIndices(42, 10).slice(0, 10)).toEqual([2, 7, 6, 4, 6, 5, 0, 4, 0, 3]);
});

describeWithData('the records', (data) => {
  it('have the classes of the data set, and the labels and images of every seed', async () => {
    const { train, test, classes } = data();
    const { data: recorded } = JSON.parse(await readFile('release/lab/records.json', 'utf8')) as LabRecords;
    expect(recorded.classes).toEqual(classes.map((name) => ({ name, train: 6000, test: 1000 })));
    for (const label of classes.keys()) {
      expect(train.labels.filter((each) => each === label).length).toBe(6000);
      expect(test.labels.filter((each) => each === label).length).toBe(1000);
    }
    expect(recorded.samples.length).toBe(SEEDS);
    const decoder = await openDecoder();
    for (const [seed, labels] of recorded.samples.entries()) {
      const indices = sampleIndices(seed, train.count);
      expect(labels).toBe(indices.map((index) => train.labels[index]).join(''));
      const file = await readFile(`release/lab/samples/${seed}.png`);
      const { width, data: rgba } = await decoder.decode(file, copyPixels);
      const edge = width / GRID;
      for (const [i, index] of indices.entries()) {
        const [top, left] = [Math.floor(i / GRID) * edge, (i % GRID) * edge];
        const shown = Uint8Array.from(
          { length: edge ** 2 },
          (_, p) => rgba[4 * ((top + Math.floor(p / edge)) * width + left + (p % edge))],
        );
        const image = train.images.subarray(index * edge ** 2, (index + 1) * edge ** 2);
        expect(Buffer.compare(shown, image), `seed ${seed}, image ${i}`).toBe(0);
      }
    }
  });
});
