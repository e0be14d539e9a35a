import type { HTMLAttributes, PublicProps } from 'vue';
import type { FieldAttributes, FieldEvents, FieldProperties } from './attributes.js';
import type { FashionClassifier, ImageClassifier } from './field.js';

export * from './field.js';

type Handlers = {
  [Name in keyof FieldEvents as `on${Capitalize<Name>}`]?: (event: FieldEvents[Name]) => void;
};

type Tag<Element> = new () => Element & {
  $props: Omit<HTMLAttributes, keyof FieldAttributes | keyof Handlers> &
    FieldAttributes &
    FieldProperties &
    Handlers &
    PublicProps;
};

declare module 'vue' {
  interface GlobalComponents {
    'image-classifier': Tag<ImageClassifier>;
    'fashion-classifier': Tag<FashionClassifier>;
  }
}
