/** @file Shows an image once it is loaded. Until then, and when it cannot be loaded, the page keeps the earlier image. */
import { find, setText } from '../dom.ts';
import type { Explorer } from './explorer.ts';
import type { SourcePicture } from './source-picture.ts';

/** @param isRestored whether the URL asked for the image */
export type ShowPicture = (load: () => Promise<SourcePicture>, isRestored?: boolean) => Promise<void>;

/** Returns a function that shows images. When several load at the same time, the one that was requested last wins. */
export function pictureLoader(explorer: Explorer): ShowPicture {
  let lastRequest = 0;
  return async (load, isRestored) => {
    const request = ++lastRequest;
    showProblem('');
    try {
      const picture = await load();
      if (request === lastRequest) explorer.setPicture(picture, isRestored);
    } catch (error) {
      if (request !== lastRequest) return;
      const reason = error instanceof Error ? error.message : `${error}`;
      showProblem(explorer.picture.name ? `${reason} The page still shows the earlier picture.` : reason);
    }
  };
}

const showProblem = (text: string) => setText(find('#problem'), text);
