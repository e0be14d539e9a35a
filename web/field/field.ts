/**
 * @file Defines `<image-classifier>`, and `<fashion-classifier>`, its earlier name: `import 'tinyvgg-edge/field'`. Each is defined once for
 * each page, even if the script is loaded several times.
 */
import type { Classification } from '#shared/inference/result.ts';
import { ImageClassifier } from './element.ts';
import type { Problem } from './state.ts';

export type { MessageOverrides, Messages } from './messages/en.ts';
export type { Problem } from './state.ts';
export type { Classification };
export { ImageClassifier };

/**
 * The earlier name of `<image-classifier>`, for existing pages: the same element. A class of its own, because a class has one tag.
 *
 * @tag fashion-classifier
 */
export class FashionClassifier extends ImageClassifier {}

const TAGS = { 'image-classifier': ImageClassifier, 'fashion-classifier': FashionClassifier };

declare global {
  interface HTMLElementTagNameMap {
    'image-classifier': ImageClassifier;
    'fashion-classifier': FashionClassifier;
  }
  interface HTMLElementEventMap {
    problem: CustomEvent<Problem>;
    result: CustomEvent<Classification>;
  }
}

const registry = globalThis.customElements;
/** A browser without `:state()` lacks other things that the field needs, too. It keeps the fallback inside the element. */
const isSupported = globalThis.CSS?.supports('selector(:state(a))');
for (const [tag, element] of Object.entries(TAGS)) {
  if (registry && isSupported && !registry.get(tag)) registry.define(tag, element);
}
