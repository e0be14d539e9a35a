/**
 * @file The field's default style. Pages change it with custom properties and `::part()`.
 *
 * The field inherits the page's font, and follows the page's `color-scheme` rather than the system's. A sheet that a script constructs
 * needs no permission in a Content Security Policy.
 */
import { sheetPerDocument } from './dom.ts';

const CSS = `
:host {
  --ink: var(--fashion-ink, light-dark(#1d1d20, #ececf0));
  --soft: var(--fashion-soft, light-dark(#5d5d68, #a9a9b5));
  --line: var(--fashion-line, light-dark(#83838f, #7c7c89));
  --faint: var(--fashion-faint, light-dark(#e3e3e9, #3b3b44));
  --surface: var(--fashion-surface, light-dark(#fff, #1d1d21));
  --accent: var(--fashion-accent, light-dark(#2c5cc5, #8fb2ff));
  --danger: var(--fashion-danger, light-dark(#b3261e, #ff9a92));
  --radius: var(--fashion-radius, .75rem);
  display: block; container-type: inline-size; color: var(--ink); line-height: 1.45; accent-color: var(--accent);
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
[part=field], [part=body] { display: grid; grid-template-columns: minmax(0, 1fr); }
[part=field] { gap: .5rem; }
[part=label] { font-weight: 600; }
[part=zone] { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1rem 1.25rem; align-items: start; padding: 1.25rem;
  border: 1px dashed var(--line); border-radius: var(--radius); background: var(--surface); }
:host(:state(empty)) [part=zone] { align-items: center; }
:host(:is(:state(empty), :state(failed)):not(:state(disabled))) [part=zone] { cursor: pointer; }
:host(:state(dragging)) [part=zone] { border: 1px solid var(--accent); outline: 2px solid var(--accent); outline-offset: -3px; }
:host(:state(answered)) [part=zone], :host(:state(busy)) [part=zone] { border-style: solid; border-color: var(--faint); }
:host(:state(failed)) [part=zone], :host(:state(user-invalid)) [part=zone] { border-color: var(--danger); }
[part=body] { gap: .75rem; min-width: 0; }
[part=icon] { width: 2.5rem; fill: none; stroke: var(--soft); stroke-width: 1.25; stroke-linejoin: round; stroke-linecap: round; }
[part=preview] { width: 7.5rem; height: auto; max-height: 10rem; object-fit: contain; border-radius: calc(var(--radius) / 1.5); background: var(--faint); }
[part=status] { margin: 0; overflow-wrap: anywhere; }
[part=status]:empty { display: none; }
:host(:state(answered):not(:state(undecided))) [part=status] { font-size: 1.375em; font-weight: 600; line-height: 1.2; }
:host(:state(failed)) [part=status], [part=error] { color: var(--danger); }
[part=countdown], [part=hint], [part=drop] { color: var(--soft); font-size: .875em; font-variant-numeric: tabular-nums; }
[part=progress] { width: 100%; height: .5rem; accent-color: var(--accent); }
[part=actions] { display: flex; flex-wrap: wrap; gap: .5rem .625rem; align-items: center; }
[part=question] { display: flex; flex-wrap: wrap; gap: .5rem .625rem; align-items: center; }
button, select { font: inherit; font-size: .9375em; min-height: 2.25rem; max-width: 100%; padding: .375rem .875rem; color: inherit;
  border: 1px solid var(--line); border-radius: calc(var(--radius) / 1.5); background: var(--surface); cursor: pointer; }
button:hover:enabled, select:hover:enabled { border-color: var(--ink); }
button:disabled, select:disabled { cursor: default; opacity: .5; }
button[aria-pressed=true] { border-color: var(--accent); background: var(--accent); color: var(--surface); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[part~=quiet] { border-color: transparent; background: none; color: var(--soft); padding-inline: .5rem; }
[part~=quiet]:hover:enabled { color: var(--ink); text-decoration: underline; border-color: transparent; }
@container (max-width: 26rem) {
  [part=zone] { grid-template-columns: minmax(0, 1fr); padding: 1rem; }
  [part=icon] { display: none; }
  [part=preview] { width: auto; height: 9rem; max-width: 100%; }
  [part=question] span { flex-basis: 100%; }
}
@media (prefers-reduced-motion: reduce) { [part=progress]:indeterminate { display: none; } }
@media (forced-colors: active) {
  :host(:state(dragging)) [part=zone] { outline-color: Highlight; }
  [part=icon] { stroke: CanvasText; }
  button[aria-pressed=true] { forced-color-adjust: none; background: Highlight; color: HighlightText; border-color: Highlight; }
}`;

/** Returns the style sheet that all fields of a document share. */
export const styleSheets = sheetPerDocument(CSS);
