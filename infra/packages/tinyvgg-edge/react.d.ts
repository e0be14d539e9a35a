import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { FieldAttributes, FieldEvents, FieldProperties } from './attributes.js';
import type { FashionClassifier, ImageClassifier } from './field.js';

export * from './field.js';

/** The events that React does not know. React 19 passes them to `onresult` and so on. In React 18, add a listener to the element. */
type OwnEvents = Omit<FieldEvents, keyof GlobalEventHandlersEventMap>;

type Props<Element> = Omit<DetailedHTMLProps<HTMLAttributes<Element>, Element>, keyof FieldAttributes> &
  FieldAttributes &
  FieldProperties & { [Name in keyof OwnEvents as `on${Name}`]?: (event: OwnEvents[Name]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'image-classifier': Props<ImageClassifier>;
      'fashion-classifier': Props<FashionClassifier>;
    }
  }
}
