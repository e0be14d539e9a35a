/** @file Loads the figures of the lab's other exercises, with their styles, when they are needed. */
import { element, setText } from '../dom.ts';
import type { Explorer } from './explorer.ts';

/** A file of its own. esbuild leaves an import with a variable as it is. */
const SCRIPT = '/explore-lab.js';

/** Loads the figures when the first of them comes near the view. */
export function loadLabFigures(explorer: Explorer): void {
  const containers = [...document.querySelectorAll<HTMLElement>('.lab')];
  const start = (entries: IntersectionObserverEntry[]) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    load(explorer).catch(() => {
      for (const container of containers)
        setText(container, 'This figure could not be loaded. Check the connection and reload the page.');
    });
  };
  const observer = new IntersectionObserver(start, { rootMargin: '300px' });
  for (const container of containers) observer.observe(container);
}

async function load(explorer: Explorer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const styles = { rel: 'stylesheet', href: '/explore-lab.css', onload: resolve, onerror: reject };
  document.head.append(element('link', styles));
  const script: Promise<typeof import('./lab/main.ts')> = import(SCRIPT);
  const [{ labFigures }] = await Promise.all([script, promise]);
  labFigures(explorer);
}
