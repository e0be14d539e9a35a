/** @file The colours of the style sheet that canvases use. They depend on the light or dark colour scheme. */
import { redrawAll } from './figures.ts';
import { darkScheme } from './scheme.ts';

export interface Theme {
  page: string;
  ink: string;
  line: string;
  mark: string;
}

let theme: Theme | undefined;

/** Returns the colours of the current colour scheme. They are read from the style sheet once per change of scheme. */
export function currentTheme(): Theme {
  if (theme) return theme;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const scheme = darkScheme.matches ? 'dark' : 'light';
  theme = {
    page: read(`--page-${scheme}`),
    ink: read(`--ink-${scheme}`),
    line: read(`--line-${scheme}`),
    mark: read(`--mark-${scheme}`),
  };
  return theme;
}

darkScheme.addEventListener('change', () => {
  theme = undefined;
  redrawAll();
});
