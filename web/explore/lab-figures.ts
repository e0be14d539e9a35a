/** @file Loads the figures of the lab's other exercises, with their styles, when they are needed. */
import { element, setText } from '../dom.ts';
import type { Explorer } from './explorer.ts';

/** A file of its own. esbuild leaves an import with a variable as it is. */
const SCRIPT = '/explore-lab.js';

/**
 * Loads the figures when the first of them comes near the view.
 * @returns a function that loads them now, and resolves when they have their height or cannot be loaded
 */
export function loadLabFigures(explorer: Explorer): () => Promise<void> {
  const containers = [...document.querySelectorAll<HTMLElement>('.lab')];
  let loaded: Promise<void> | undefined;
  const start = () => {
    loaded ??= load(explorer).catch(() => {
      for (const container of containers)
        setText(container, 'This figure could not be loaded. Check the connection and reload the page.');
    });
    return loaded;
  };
  const observer = new IntersectionObserver(
    (entries) => entries.some(({ isIntersecting }) => isIntersecting) && start(),
    { rootMargin: '300px' },
  );
  for (const container of containers) observer.observe(container);
  return start;
}

async function load(explorer: Explorer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const styles = { rel: 'stylesheet', href: '/explore-lab.css', onload: resolve, onerror: reject };
  document.head.append(element('link', styles));
  const script: Promise<typeof import('./lab/main.ts')> = import(SCRIPT);
  const [{ labFigures }] = await Promise.all([script, promise]);
  labFigures(explorer);
}
