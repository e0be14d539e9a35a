/** @file The style sheet of the report. */
import { FIGURE_STYLE, FONT, PAGE_COLOURS } from './theme.ts';

export const PAGE_STYLE = `${PAGE_COLOURS}
${FIGURE_STYLE}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem 1rem 3rem; background: var(--page); color: var(--ink); font: 1rem/1.55 ${FONT}; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; line-height: 1.3; }
header p, footer, .note { color: var(--muted); }
p { max-width: 46rem; margin: .5rem 0 1rem; }
.conclusion { font-size: 1.125rem; }
.missing { margin-top: 1.5rem; padding: .75rem 1rem; border-left: 4px solid var(--vermillion); background: var(--surface); overflow-wrap: anywhere; }
.missing h2 { margin: 0; font-size: 1rem; }
.missing ul { margin: .25rem 0 0; padding-left: 1.25rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 1rem; }
.pairs { grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); }
figure { margin: 0; padding: .5rem .25rem; background: var(--surface); border: 1px solid var(--line); border-radius: .5rem; }
figure svg { display: block; width: 100%; max-width: 31rem; height: auto; margin: 0 auto; }
figcaption { margin: .5rem .5rem .25rem; color: var(--muted); font-size: .9375rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
caption { padding: 0 .75rem .375rem; text-align: left; color: var(--muted); font-size: .875rem; }
th, td { padding: .375rem .75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 600; }
thead th { color: var(--muted); font-weight: 400; }
th:first-child { text-align: left; }
.best th, .best td { font-weight: 700; }
details { margin: .75rem 0; }
summary { cursor: pointer; color: var(--blue); }
dl { display: grid; grid-template-columns: minmax(10rem, max-content) 1fr; gap: .375rem 1.5rem; margin: 0; }
dt { color: var(--muted); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums lining-nums; }
code { font-family: ui-monospace, monospace; font-size: .875em; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .625rem; } }
@media print { figure, tr { break-inside: avoid; } }`;
