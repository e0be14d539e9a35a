/** @file Renders an inspection as a page of pictures. */
import { DESCRIPTIONS } from '../dataset/folder/classes.ts';
import { count, list, percent } from '../format.ts';
import { type Markup, markup } from '../report/markup.ts';
import { planesPng } from '../report/png.ts';
import { selfContainedPage } from '../report/self-contained-page.ts';
import { FONT, PAGE_COLOURS } from '../report/theme.ts';
import type { Inspected, Inspection, Place } from './inspection.ts';
import { imbalanceLines } from './print.ts';

/** Pictures on the page: the gravest findings of each kind. A page of 64 × 64 pixels has about 10 kB for each. */
const MOST_GROUPS = 200;
const MOST_SUSPECTS = 500;

/** Returns the page. */
export function inspectionPage(inspected: Inspected): string {
  const { inspection } = inspected;
  const { data, images, classes, obstacle, copies, suspects, alike, agreement, unreadable } = inspection;
  const leaks = copies.filter(({ leak }) => leak);
  const rest = copies.filter(({ leak }) => !leak);
  const title = `Inspection of ${data}`;
  const body = markup`<h1>${title}</h1>
<p>${count(images)} images of ${count(classes.length)} classes: ${list(classes.map(({ name, images }) => `${name} ${count(images)}`))}.</p>
${obstacle && markup`<p><strong>A training would stop:</strong> ${obstacle}</p>`}
${imbalanceLines(inspection).map((line) => markup`<p>${line}</p>`)}
${section(
  'Files that cannot be decoded',
  unreadable.length,
  markup`<ul>${unreadable.map(({ path, why }) => markup`<li>${path}: ${why}</li>`)}</ul>`,
)}
${section('Copies in several parts (leaks)', leaks.length, groups(leaks, inspected))}
${section('Copies in one part', rest.length, groups(rest, inspected))}
${section(
  'Classes that look alike',
  alike.length,
  markup`<ul>${alike.map(({ classes: [a, b], images, share }) => markup`<li>${a} and ${b}: ${count(images)} images confused, ${percent(share, 1)} of both</li>`)}</ul>`,
)}
${section(
  'Labels that may be wrong',
  suspects.length,
  markup`<p>A quickly trained model that had not seen the image prefers another class; the most suspicious image comes first. It agrees with ${percent(agreement ?? 0, 1)} of all labels.</p>
<div class="grid">${suspects.slice(0, MOST_SUSPECTS).map((suspect) => figure(suspect, inspected, markup`<br/>looks like <b>${suspect.suggestion}</b>`))}</div>`,
)}`;
  return selfContainedPage(title, STYLE, body);
}

const section = (title: string, items: number, content: Markup): Markup | undefined =>
  items > 0 ? markup`<section><h2>${title}: ${count(items)}</h2>${content}</section>` : undefined;

const groups = (copies: Inspection['copies'], inspected: Inspected): Markup =>
  markup`${copies
    .slice(0, MOST_GROUPS)
    .map(
      ({ images, exact, conflict }) =>
        markup`<h3>${exact ? 'Equal files' : 'Look the same'}${conflict && ', with different labels'}</h3><div class="grid">${images.map((place) => figure(place, inspected))}</div>`,
    )}`;

function figure({ path, label, part }: Place, { pictures, shape }: Inspected, note?: Markup): Markup {
  const png = planesPng(pictures.get(path) as Uint8Array, shape).toString('base64');
  return markup`<figure><img alt="" src="data:image/png;base64,${png}"/><figcaption><b>${label}</b>, ${DESCRIPTIONS[part]}${note}<br/><small>${path}</small></figcaption></figure>`;
}

const STYLE = `${PAGE_COLOURS}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--ink); font: .875rem/1.4 ${FONT}; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.125rem; }
h3 { margin: .75rem 0 .25rem; font-size: .875rem; font-weight: 400; color: var(--muted); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem; }
figure { margin: 0; padding: .5rem; background: var(--surface); border: 1px solid var(--line); border-radius: .5rem; }
figure img { display: block; width: 8rem; max-width: 100%; image-rendering: pixelated; }
figcaption { margin-top: .25rem; overflow-wrap: anywhere; }
small { color: var(--muted); }`;
