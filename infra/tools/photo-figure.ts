/** @file Renders classified photos as HTML. The browser scales the images and draws the masks. */
import type { PhotoStep } from '#shared/input/garment/photo.ts';
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { ClassifiedPhoto } from '../../train/photos/classifier.ts';
import { downscale } from '../../train/photos/downscale.ts';
import { type Markup, markup } from '../../train/report/markup.ts';
import { colourPng, greyPng } from '../../train/report/png.ts';
import { selfContainedPage } from '../../train/report/self-contained-page.ts';
import { FONT, PAGE_COLOURS } from '../../train/report/theme.ts';
import { percent } from '../../train/report/unbroken.ts';

export interface PhotoFigure {
  content: Markup;
  /** Whether the prediction is correct; undefined where the correct label is not known. */
  right: boolean | undefined;
  /** Score of the prediction. */
  score: number;
}

export interface Section {
  heading?: string;
  figures: readonly PhotoFigure[];
}

/** Longest edge of a photo on the page, in pixels. A page of 300 photos has about 30 MB. */
const PHOTO_EDGE = 220;

/** How many labels are listed. */
const TOP = 3;

/**
 * Renders one photo: the garment in the photo, the network's input, predictions, steps and warnings.
 * @param labels the labels that count as correct
 */
export function photoFigure(
  file: string,
  classified: ClassifiedPhoto,
  labels?: readonly string[],
): PhotoFigure {
  const { prepared, predictions, abstained: declined } = classified;
  const [{ label, score }] = predictions;
  const right = labels?.includes(label);
  const mark = right === undefined ? '' : right ? 'right' : 'wrong';
  const content = markup`<figure class="${mark}">
<div class="images">${garmentInPhoto(classified)}<img class="input" alt="the network’s input" src="${pngUri(greyPng(prepared.image, IMAGE_SIZE))}"/></div>
<figcaption><b>${file}</b>
<ol>${predictions.slice(0, TOP).map(({ label, score }) => markup`<li>${label} ${percent(score, 1)}</li>`)}</ol>
${declined && markup`<p>No answer: ${declined}</p>`}
${prepared.warnings.map((warning) => markup`<p>${warning}</p>`)}
<details><summary>Pipeline</summary><ul>${prepared.steps.map((step) => markup`<li>${stepText(step)}</li>`)}</ul></details>
</figcaption></figure>`;
  return { content, right, score };
}

/** Renders the photo with the background tinted; with the garment's box where there is no mask. */
function garmentInPhoto({ pixels, prepared: { mask, box } }: ClassifiedPhoto): Markup {
  const photo = downscale(pixels, PHOTO_EDGE, PHOTO_EDGE);
  const image = markup`<img alt="the photo" src="${pngUri(colourPng(photo.rgb, photo.width))}"/>`;
  if (mask) {
    const background = pngUri(
      greyPng(
        mask.data.map((garment) => 255 - garment),
        mask.width,
      ),
    );
    return markup`<div class="photo">${image}<div class="background" style="mask-image:url(${background})"></div></div>`;
  }
  if (!box) return markup`<div class="photo">${image}</div>`;
  const share = (length: number, of: number) => `${((100 * length) / of).toFixed(2)}%`;
  const { width, height } = pixels.fullSize ?? pixels;
  const place = `left:${share(box.left, width)};top:${share(box.top, height)};width:${share(box.width, width)};height:${share(box.height, height)}`;
  return markup`<div class="photo">${image}<div class="box" style="${place}"></div></div>`;
}

const pngUri = (png: Buffer): string => `data:image/png;base64,${png.toString('base64')}`;

/** Formats a step with its details: `mask: threshold 81.2, share 0.312`. */
function stepText({ step, ...details }: PhotoStep): string {
  const texts = Object.entries(details).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`,
  );
  return texts.length > 0 ? `${step}: ${texts.join(', ')}` : step;
}

const STYLE = `${PAGE_COLOURS}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--ink); font: .875rem/1.4 ${FONT}; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.125rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(25rem, 100%), 1fr)); gap: .75rem; }
figure { margin: 0; padding: .5rem; background: var(--surface); border: 3px solid var(--line); border-radius: .5rem; }
figure.right { border-color: var(--green); }
figure.wrong { border-color: var(--vermillion); }
.images { display: flex; flex-wrap: wrap; gap: .5rem; align-items: flex-start; }
.photo { position: relative; flex: none; }
.photo img { display: block; max-width: 220px; max-height: 220px; }
.input { width: 140px; height: 140px; image-rendering: pixelated; }
.background, .box { position: absolute; }
.background { inset: 0; background: #ff00c8; opacity: .5; mask-mode: luminance; mask-size: 100% 100%; }
.box { border: 2px solid #ff00c8; }
figcaption { margin-top: .5rem; overflow-wrap: anywhere; }
ol, ul { margin: 0; padding-left: 1.25rem; }
p { margin: .25rem 0; }
summary { cursor: pointer; color: var(--blue); }`;

/** Returns the page. */
export const photoPage = (title: string, sections: readonly Section[]): string =>
  selfContainedPage(
    title,
    STYLE,
    markup`<h1>${title}</h1>
<p>Each photo with its background tinted, then the image that the network received, and the likeliest labels. Green: correct. Orange: wrong.</p>
${sections.map(({ heading, figures }) => markup`${heading && markup`<h2>${heading}</h2>`}<div class="figures">${figures.map(({ content }) => content)}</div>`)}`,
  );
