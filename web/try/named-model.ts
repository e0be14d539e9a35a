/** @file The try page with `?model=NAME`: the field and the links use this model, and the texts speak of no garment. */
import { find, setText } from '../dom.ts';
import type { FashionClassifier } from '../field/field.ts';

const TEXTS: readonly (readonly [selector: string, text: string])[] = [
  ['h1', 'What is in your photo?'],
  ['#step-input h2', 'It becomes a small picture'],
  ['#scaled', 'The photo is scaled to the size that the network takes.'],
  ['#step-scores h2', 'The network scores every kind'],
  ['#step-scores p', 'The scores add up to 100 %.'],
];

/** Gives the field and the page the model of the page's address. Does nothing without one. */
export function useNamedModel(field: FashionClassifier): void {
  const name = new URLSearchParams(location.search).get('model');
  if (!name) return;
  field.model = name;
  // The examples are garments.
  for (const part of document.querySelectorAll('.steps .example')) part.remove();
  find('.examples').hidden = true;
  for (const [selector, text] of TEXTS) setText(find(selector), text);
  setText(
    find('.lede'),
    `The neural network “${name}” names the kind of thing in a photo, and says how sure it is. If it cannot tell, it says so. Your photo is not stored.`,
  );
  find('#step-cut').hidden = true;
  find('#input', HTMLImageElement).alt = 'Your photo as the network saw it';
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href="/explore"]')) {
    link.search = `${new URLSearchParams({ model: name })}`;
  }
  find('a[href="/v1/models/tinyvgg"]', HTMLAnchorElement).pathname = `/v1/models/${encodeURIComponent(name)}`;
}
