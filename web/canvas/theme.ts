/** @file The colours of the style sheet that canvases need. They change with the reader's scheme. */
import { darkScheme } from './colour.ts';
import { redrawAll } from './figures.ts';

export interface Theme {
  page: string;
  ink: string;
  line: string;
  mark: string;
}

let theme: Theme | undefined;

export function themeNow(): Theme {
  if (theme) return theme;
  const style = getComputedStyle(document.documentElement);
  const probe = (name: string) => style.getPropertyValue(name).trim();
  const scheme = darkScheme.matches ? 'dark' : 'light';
  theme = {
    page: probe(`--page-${scheme}`),
    ink: probe(`--ink-${scheme}`),
    line: probe(`--line-${scheme}`),
    mark: probe(`--mark-${scheme}`),
  };
  return theme;
}

darkScheme.addEventListener('change', () => {
  theme = undefined;
  redrawAll();
});
