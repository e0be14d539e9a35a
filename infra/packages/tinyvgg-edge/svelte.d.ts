import type { HTMLAttributes } from 'svelte/elements';
import type { FieldAttributes, FieldEvents, FieldProperties } from './attributes.js';
import type { FashionClassifier, ImageClassifier } from './field.js';

export * from './field.js';

type Handlers = { [Name in keyof FieldEvents as `on${Name}`]?: (event: FieldEvents[Name]) => void };

type Props<Element extends EventTarget> = Omit<
  HTMLAttributes<Element>,
  keyof FieldAttributes | keyof Handlers
> &
  FieldAttributes &
  FieldProperties &
  Handlers;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'image-classifier': Props<ImageClassifier>;
    'fashion-classifier': Props<FashionClassifier>;
  }
}
