/** @file How the reference page looks. */

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1b1f, #e8e8ec); --soft: light-dark(#5c5c66, #a5a5b0);
  --line: light-dark(#dcdce2, #3a3a42); --code: light-dark(#f3f3f6, #26262c); --link: light-dark(#0b57a4, #8ab8f0); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 6rem; font: 1rem/1.55 system-ui, sans-serif;
  color: var(--ink); background: light-dark(#fff, #17171b); }
h1, h2, h3 { line-height: 1.2; margin: 0 0 .5rem; }
h2 { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font: 600 1.05rem/1.3 ui-monospace, monospace; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; max-width: 46rem; }
a { color: var(--link); }
section { margin: 2rem 0 2.5rem; scroll-margin-top: 1rem; }
code, pre { font: .875em/1.5 ui-monospace, monospace; background: var(--code); border-radius: .25rem; }
code { padding: .1em .3em; overflow-wrap: anywhere; }
pre { padding: .75rem 1rem; overflow-x: auto; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav li { padding: .15rem 0; color: var(--soft); }
nav a { font: .875rem ui-monospace, monospace; text-decoration: none; margin-right: .75rem; }
nav a:hover { text-decoration: underline; }
table { width: 100%; border-collapse: collapse; margin: 0 0 1rem; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; }
td:first-child { width: 24%; }
td:nth-child(2):not(:last-child) { width: 34%; }
td table { margin: 0; }
`;
