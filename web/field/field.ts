/** @file Defines `<fashion-classifier>`, once for each page even if the script is loaded several times: `import 'tinyvgg-edge/field'`. */
import type { Classification } from '#shared/inference/result.ts';
import { FashionClassifier } from './element.ts';
import type { Problem } from './state.ts';

export type { MessageOverrides, Messages } from './messages/en.ts';
export type { Problem } from './state.ts';
export type { Classification };
export { FashionClassifier };

const TAG = 'fashion-classifier';

declare global {
  interface HTMLElementTagNameMap {
    [TAG]: FashionClassifier;
  }
  interface HTMLElementEventMap {
    problem: CustomEvent<Problem>;
    result: CustomEvent<Classification>;
  }
}

const registry = globalThis.customElements;
/** A browser without `:state()` lacks other things that the field needs, too. It keeps the fallback inside the element. */
const isSupported = globalThis.CSS?.supports('selector(:state(a))');
if (registry && isSupported && !registry.get(TAG)) registry.define(TAG, FashionClassifier);
