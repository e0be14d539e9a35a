/** @file `npm run photo-page`: its figures for each result of the pipeline, and its page for a folder of photos. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AbstentionReason } from '#shared/abstention.ts';
import { copyPixels } from '#shared/decode/pixels.ts';
import { photoFigure } from '../../../infra/tools/photo-figure.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { openPipeline } from '../../../train/preparation.ts';
import { paint, png } from '../../fixtures/images.ts';
import { runNode } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A dark rectangle, 100 × 200 from (50, 50), on white. */
const PIXELS = paint(200, 300, (x, y) =>
  x >= 50 && x < 150 && y >= 50 && y < 250 ? [55, 55, 55] : [255, 255, 255],
);

const decoder = await openDecoder();
const prepared = (await openPipeline())(PIXELS);
const predictions = LABELS.map((label, index) => ({ label, index, score: index === 0 ? 0.91 : 0.01 }));
const classified = {
  pixels: PIXELS,
  prepared,
  predictions,
  certainty: 0.91,
  abstained: undefined as AbstentionReason | undefined,
  milliseconds: { decode: 0, pipeline: 0, inference: 0 },
};

const parse = (text: string) =>
  new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'application/xhtml+xml')
    .documentElement as Element;
const elements = (root: Element, name: string): Element[] => [...root.getElementsByTagName(name)];
const byClass = (root: Element, name: string): Element | undefined =>
  elements(root, 'div').find((element) => element.getAttribute('class') === name);

/** Decodes the PNG that an attribute holds as a data URI. Returns one sample of each pixel. */
async function greyOf(text: string | null | undefined) {
  const [, base64 = ''] = /data:image\/png;base64,([\w+/=]+)/.exec(text ?? '') ?? [];
  const { width, height, data } = await decoder.decode(
    new Uint8Array(Buffer.from(base64, 'base64')),
    copyPixels,
  );
  return { width, height, grey: data.filter((_, i) => i % 4 === 0) };
}

describe('the figure of a photo', () => {
  const figure = (photo: typeof classified, labels?: string[]) =>
    parse(String(photoFigure('one & two.jpg', photo, labels).content));

  it('shows the photo, its background and the network’s input', async () => {
    const root = figure(classified);
    const [photo, input] = elements(root, 'img');
    expect(await greyOf(photo?.getAttribute('src'))).toMatchObject({ width: 147, height: 220 });
    expect((await greyOf(input?.getAttribute('src'))).grey).toEqual(new Uint8ClampedArray(prepared.image));
    const { width, height, grey } = await greyOf(byClass(root, 'background')?.getAttribute('style'));
    const at = (x: number, y: number) => grey[Math.floor(y * height) * width + Math.floor(x * width)];
    expect([at(0.5, 0.5), at(0.05, 0.05), at(0.95, 0.95)]).toEqual([0, 255, 255]);
  });

  it('shows a box where there is no mask, and the bare photo where there is neither', () => {
    const { mask, box, ...nothing } = prepared;
    if (!box) throw new Error('expected the pipeline to find a box');
    const boxed = figure({ ...classified, prepared: { ...nothing, box } });
    const [left = 0, top = 0, width = 0, height = 0] =
      byClass(boxed, 'box')
        ?.getAttribute('style')
        ?.match(/[\d.]+/g)
        ?.map(Number) ?? [];
    expect([left, top, width, height].map(Math.round)).toEqual([25, 17, 50, 67]);
    const bare = figure({ ...classified, prepared: nothing });
    expect([byClass(bare, 'box'), byClass(bare, 'background')]).toEqual([undefined, undefined]);
  });

  it('lists the file name, three predictions and the steps', () => {
    const root = figure(classified);
    expect(elements(root, 'b')[0]?.textContent).toBe('one & two.jpg');
    const items = elements(root, 'li').map(({ textContent }) => textContent?.replace('\u00a0', ' '));
    expect(items.slice(0, 3)).toEqual(['T-shirt/top 91.0 %', 'Trouser 1.0 %', 'Pullover 1.0 %']);
    expect(items.slice(3)).toEqual([
      expect.stringMatching(/^mask: .*share 0\.\d+/),
      expect.stringMatching(/^tone: /),
      'place',
    ]);
  });

  it.each([
    [['T-shirt/top'], 'right'],
    [['Coat', 'Dress'], 'wrong'],
    [undefined, ''],
  ])('with correct labels %j has the class "%s"', (labels, name) => {
    expect(figure(classified, labels).getAttribute('class')).toBe(name);
  });

  it('states why the classifier declined to answer', () => {
    const root = figure({ ...classified, abstained: 'low-score' });
    expect(elements(root, 'p').map(({ textContent }) => textContent)).toEqual(['No answer: low-score']);
  });
});

describe('npm run photo-page', () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => runNode(['infra/tools/photo-page.ts', ...args]);

  beforeAll(async () => {
    const file = await png(200, 300, PIXELS.data, { channels: 4 });
    for (const name of ['bag', 'pants']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'photo.png'), file);
    }
    await writeFile(join(folder, 'pants', 'text.jpg'), 'not an image');
  });

  it('writes images first, then a section for each folder, and reports unreadable files', async () => {
    const out = join(folder, 'page.html');
    const { code, stdout, stderr } = await run('examples/trouser.png', '--photos', folder, '--out', out);
    expect(code).toBe(1);
    expect(stdout).toBe(`Page: ${out}\n`);
    expect(stderr).toMatch(/text\.jpg: .*expected the bytes of a JPEG/);
    const text = await readFile(out, 'utf8');
    expect(text).not.toMatch(/https?:|<script|<link/);
    const page = parse(text.replace('<!doctype html>', ''));
    expect(elements(page, 'figure')).toHaveLength(3);
    expect(elements(page, 'b').map(({ textContent }) => textContent)).toEqual([
      'trouser.png',
      'photo.png',
      'photo.png',
    ]);
    expect(elements(page, 'h2').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^bag: [01] of 1 correct, /),
      expect.stringMatching(/^pants: [01] of 1 correct, /),
    ]);
  });

  it('exits with 0 when every photo is on the page', async () => {
    const out = join(temporaryFolder(), 'page.html');
    expect(await run('examples/trouser.png', '--out', out)).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with 1 without photos', async () => {
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^no photo to show: /),
    });
  });
});
