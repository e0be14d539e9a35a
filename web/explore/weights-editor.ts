/** @file The kernel's weights as fields: typed, stepped by arrow keys, or dragged sideways. */
import { cssColour, inkOn, largest, signed } from '../canvas/colour.ts';
import { element } from '../dom.ts';

/** Change of a weight for each pixel that it is dragged. */
const PER_PIXEL = 0.02;

/** A press that moves less than this is a click into the field. */
const SLACK = 3;

export function weightsEditor(where: HTMLElement, edit: (index: number, value: number) => void) {
  let kernel: Float32Array = new Float32Array();

  function build(size: number): void {
    where.style.setProperty('--columns', `${size}`);
    where.replaceChildren(
      ...Array.from({ length: size ** 2 }, (_, i) => {
        const [row, column] = [Math.floor(i / size) + 1, (i % size) + 1];
        const field = element('input', {
          type: 'number',
          step: '0.1',
          'aria-label': `Weight in row ${row}, column ${column}`,
        });
        field.addEventListener(
          'input',
          () => Number.isFinite(field.valueAsNumber) && edit(i, field.valueAsNumber),
        );
        field.addEventListener('blur', () => write(field, kernel[i]));
        drag(
          field,
          () => kernel[i],
          (value) => edit(i, value),
        );
        return field;
      }),
    );
  }

  return {
    show(next: Float32Array): void {
      kernel = next;
      const size = Math.sqrt(next.length);
      if (where.childElementCount !== next.length) build(size);
      const palette = signed(largest(next));
      for (const [i, field] of [...where.children].entries()) {
        if (!(field instanceof HTMLInputElement)) continue;
        if (field !== document.activeElement || field.dataset.dragged) write(field, next[i]);
        field.style.backgroundColor = cssColour(palette, next[i]);
        field.style.color = inkOn(palette, next[i]);
      }
    },
  };
}

function write(field: HTMLInputElement, weight: number): void {
  const text = `${Number(weight.toFixed(3))}`;
  if (field.value !== text) field.value = text;
}

function drag(field: HTMLInputElement, now: () => number, set: (value: number) => void): void {
  let start: { x: number; value: number } | undefined;
  field.addEventListener('pointerdown', ({ clientX }) => {
    start = { x: clientX, value: now() };
  });
  field.addEventListener('pointermove', (event) => {
    if (!start || !event.buttons) return;
    const moved = event.clientX - start.x;
    if (!field.dataset.dragged && Math.abs(moved) < SLACK) return;
    field.dataset.dragged = 'yes';
    field.setPointerCapture(event.pointerId);
    set(Number((start.value + moved * PER_PIXEL).toFixed(2)));
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    field.addEventListener(end, () => {
      start = undefined;
      delete field.dataset.dragged;
    });
  }
}
