/** @file The style of the pages. */

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d1d20, #ececf0); --soft: light-dark(#5d5d68, #a9a9b5);
  --faint: light-dark(#e3e3e9, #3b3b44); --accent: light-dark(#2c5cc5, #8fb2ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 34rem; padding: 3rem 1.25rem; font: 1.0625rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: light-dark(#fff, #17171b); }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: 0 0 1rem; }
section + section { margin-top: 2.5rem; padding-top: 2.5rem; border-top: 1px solid var(--faint); }
.soft { color: var(--soft); }
a { color: var(--accent); }
table { width: 100%; border-collapse: collapse; margin: 1.25rem 0; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .25rem 0; font-weight: 400; text-align: left; }
th { width: 1%; white-space: nowrap; padding-right: 1rem; }
td:last-child { width: 1%; white-space: nowrap; padding-left: 1rem; text-align: right; font-variant-numeric: tabular-nums; }
progress { width: 100%; height: .5rem; accent-color: var(--accent); }
.detail::first-letter { text-transform: uppercase; }
img { display: block; width: 8.75rem; height: 8.75rem; image-rendering: pixelated; border-radius: .375rem; background: #000; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
`;
