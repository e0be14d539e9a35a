/** @file Elements that the lab's figures share. */
import { element } from '../../dom.ts';

/** A paragraph above a figure. */
export const paragraph = (text: string): HTMLElement =>
  element('div', { className: 'prose' }, element('p', {}, text));

/** A panel with a heading, a canvas and a note. */
export function selectablePanel(title: string) {
  const heading = element('h4', {}, title);
  const canvas = element('canvas');
  const note = element('p', { className: 'note' });
  return { panel: element('div', { className: 'panel' }, heading, canvas, note), heading, canvas, note };
}

/**
 * A number field for a seed, and a button for the next seed.
 * @param max largest seed
 * @param change called with a whole number in 0..max
 */
export function seedField(max: number, current: () => number, change: (seed: number) => void) {
  const input = element('input', {
    type: 'number',
    min: '0',
    max: `${max}`,
    step: '1',
    value: `${current()}`,
  });
  input.addEventListener('input', () => {
    const seed = input.valueAsNumber;
    if (Number.isInteger(seed) && seed >= 0 && seed <= max) change(seed);
  });
  // A seed that is not allowed does not stay.
  input.addEventListener('blur', () => show());
  const next = element('button', { type: 'button', className: 'button' }, 'Next seed');
  next.addEventListener('click', () => change(current() >= max ? 0 : current() + 1));
  function show(): void {
    if (document.activeElement !== input) input.value = `${current()}`;
  }
  return { elements: [element('label', { className: 'field' }, 'Seed ', input), next], show };
}
