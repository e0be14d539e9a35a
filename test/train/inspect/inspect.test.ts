/**
 * @file `inspect`: copies, leaks and labels that may be wrong, planted and found.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Inspection, inspect } from '../../../train/inspect/inspection.ts';
import { Generator } from '../../../train/random.ts';
import { colourPng, greyPng } from '../../../train/report/png.ts';
import { runTrainer } from '../../support/command.ts';
import { describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf } from '../dataset/folder/image-folder.ts';

const EDGE = 48;

/** Paints blobs at random places, which no other seed paints. Returns the colour of each pixel, x and y in 0..1. */
function blobs(seed: number): (x: number, y: number) => number[] {
  const random = Generator.seeded(seed);
  const number = () => random.random() / 2 ** 32;
  const all = Array.from({ length: 14 }, () => ({
    ...{ x: number(), y: number(), size: 0.04 + 0.12 * number() },
    colour: [255 * number(), 255 * number(), 255 * number()],
  }));
  return (x, y) =>
    all.reduce<number[]>(
      (colour, blob) => (Math.hypot(x - blob.x, y - blob.y) < blob.size ? blob.colour : colour),
      [200, 200, 200],
    );
}

interface Change {
  edge?: number;
  mirrored?: boolean;
  brightness?: number;
  /** Share of the edge that is cropped on each side. */
  crop?: number;
}

/** Returns the PNG file of a picture. */
function png(seed: number, { edge = EDGE, mirrored = false, brightness = 1, crop = 0 }: Change = {}): Buffer {
  const colourAt = blobs(seed);
  const place = (i: number) => crop + (1 - 2 * crop) * ((i + 0.5) / edge);
  const pixels = Array.from({ length: edge * edge }, (_, i) => {
    const x = i % edge;
    return colourAt(place(mirrored ? edge - 1 - x : x), place(Math.floor(i / edge)));
  });
  return colourPng(
    Uint8Array.from(pixels.flat(), (value) => Math.min(255, brightness * value)),
    edge,
  );
}

/** Returns `count` different pictures in a folder. */
const pictures = (folder: string, count: number, first: number): Record<string, Buffer> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, png(first + i)]));

async function inspection(data: string): Promise<Inspection> {
  process.env.XDG_CACHE_HOME = temporaryFolder();
  const { signal } = new AbortController();
  return (await inspect({ data, imageSize: 48 }, { signal, log: () => {} })).inspection;
}

describe('inspect', () => {
  it('finds every planted leak, and no other copies', async () => {
    const planted: Record<string, Change> = {
      exact: {},
      larger: { edge: 97 },
      smaller: { edge: 40 },
      darker: { brightness: 0.8 },
      mirrored: { mirrored: true },
      cropped: { crop: 0.02 },
    };
    const copies = Object.entries(planted).map(([name, change], i) => [
      `test/a/${name}.png`,
      png(1 + i, change),
    ]);
    const found = await inspection(
      await folderOf({
        ...pictures('train/a', 20, 1),
        ...pictures('train/b', 20, 101),
        ...pictures('test/a', 5, 201),
        ...Object.fromEntries(copies),
        'train/b/again.png': png(101),
      }),
    );
    const paths = ({ images }: Inspection['copies'][number]) => images.map(({ path }) => path).join(' = ');
    expect(
      found.copies
        .filter(({ leak }) => leak)
        .map(paths)
        .toSorted(),
    ).toEqual(
      Object.keys(planted)
        .map((name, i) => `train/a/${i}.png = test/a/${name}.png`)
        .toSorted(),
    );
    expect(
      found.copies
        .filter(({ exact }) => exact)
        .map(paths)
        .toSorted(),
    ).toEqual([
      expect.stringMatching(/train\/a\/0\.png = test\/a\/exact\.png/),
      expect.stringMatching(/train\/b\/(0\.png = train\/b\/again|again\.png = train\/b\/0)\.png/),
    ]);
    expect(found.copies).toHaveLength(7);
  });

  it('tells an exact copy with another label, imbalance, unreadable files and what a training would refuse', async () => {
    const found = await inspection(
      await folderOf({
        ...pictures('a', 30, 1),
        ...pictures('b', 4, 101),
        'b/copy.png': png(1),
        'b/half.png': png(500).subarray(0, -60),
        'b/notes.txt': 'x',
        'c/.hidden.png': 'x',
      }),
    );
    expect(found.copies).toMatchObject([{ exact: true, conflict: true }]);
    expect(found.imbalance).toBe(6);
    expect(found.unreadable).toEqual([{ path: 'b/half.png', why: expect.stringContaining('damaged') }]);
    expect(found.skipped.map(({ path }) => path).toSorted()).toEqual(['b/notes.txt', 'c/.hidden.png']);
    expect(found.obstacle).toMatch(/expected images in every class folder, got none in c/);
    expect(found.classes.map(({ name, images }) => [name, images])).toEqual([
      ['a', 30],
      ['b', 5],
    ]);
  });

  it('prints its findings, as JSON too, and writes a page with the pictures', async () => {
    const data = await folderOf({ ...pictures('a', 40, 1), ...pictures('b', 8, 101), 'a/copy.png': png(1) });
    const page = join(temporaryFolder(), 'page.html');
    const env = { ...process.env, XDG_CACHE_HOME: temporaryFolder() };
    const text = await runTrainer(['inspect', '--data', data, '--page', page], { env });
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(
      /Copies in one part: 1\n {2}equal files: a\/(0|copy)\.png \(a, \w+\) and a\/(0|copy)\.png/,
    );
    expect(text.stdout).toMatch(/Imbalance: a has 41 images, b 8\. Train with --balance/);
    expect(text.stdout).toMatch(
      /Labels that may be wrong \(the model agrees with \d+\.\d % of all labels\): 5\n/,
    );
    const html = await readFile(page, 'utf8');
    // Both copies, and the five suspects.
    expect(html.match(/<img /g)).toHaveLength(7);
    const json = await runTrainer(['inspect', '--data', data, '--json'], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ images: 49, obstacle: null, imbalance: 41 / 8 });
  });

  it('refuses Fashion-MNIST, and no folder at all', async () => {
    const { code, stderr } = await runTrainer(['inspect']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/nothing to inspect: expected a folder of images/),
    ]);
  });
});

describeWithData('inspect on Fashion-MNIST', (data) => {
  it('lists at least 80 % of the swapped labels when 3 % are swapped', async () => {
    const { classes, train } = data();
    const random = Generator.seeded(5);
    const files: Record<string, Uint8Array> = {};
    const swapped: string[] = [];
    for (let i = 0; i < 1500; i++) {
      let label = train.labels[i];
      const isSwapped = random.random() % 100 < 3;
      if (isSwapped) label = (label + 1 + (random.random() % 9)) % 10;
      const path = `${classes[label].replace('/', ' ')}/${i}.png`;
      if (isSwapped) swapped.push(path);
      files[path] = greyPng(train.images.subarray(784 * i, 784 * (i + 1)), 28);
    }
    const root = await folderOf(files);
    process.env.XDG_CACHE_HOME = temporaryFolder();
    const { signal } = new AbortController();
    const settings = { data: root, imageSize: 28, colour: 'grey' } as const;
    const { inspection } = await inspect(settings, { signal, log: () => {} });
    expect(inspection.suspects).toHaveLength(150);
    const suspects = new Set(inspection.suspects.map(({ path }) => path));
    const found = swapped.filter((path) => suspects.has(path));
    expect(found.length / swapped.length).toBeGreaterThanOrEqual(0.8);
  });
});
