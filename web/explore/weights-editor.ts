/** @file Number fields for the weights of a kernel. A weight can be typed, stepped with the arrow keys, or dragged sideways. */
import { cssColour, maxAbs, signed, textColourOn } from '../canvas/colour.ts';
import { element } from '../dom.ts';

/** Change of a weight per pixel of dragging. */
const PER_PIXEL = 0.02;

/** Pixels that the pointer must move for a drag; otherwise a press is a click into the field. */
const DRAG_THRESHOLD = 3;

/** @param edit called with the index and new value of a weight that the visitor changed */
export function weightsEditor(container: HTMLElement, edit: (index: number, value: number) => void) {
  let kernel: Float32Array = new Float32Array();

  function build(size: number): void {
    container.style.setProperty('--columns', `${size}`);
    container.replaceChildren(
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
      if (container.childElementCount !== next.length) build(size);
      const palette = signed(maxAbs(next));
      for (const [i, field] of [...container.children].entries()) {
        if (!(field instanceof HTMLInputElement)) continue;
        if (field !== document.activeElement || field.dataset.dragged) write(field, next[i]);
        field.style.backgroundColor = cssColour(palette, next[i]);
        field.style.color = textColourOn(palette, next[i]);
      }
    },
  };
}

function write(field: HTMLInputElement, weight: number): void {
  const text = `${Number(weight.toFixed(3))}`;
  if (field.value !== text) field.value = text;
}

/** Lets the pointer drag the weight sideways. `data-dragged` marks a field during a drag. */
function drag(field: HTMLInputElement, current: () => number, set: (value: number) => void): void {
  let start: { x: number; value: number } | undefined;
  field.addEventListener('pointerdown', ({ clientX }) => {
    start = { x: clientX, value: current() };
  });
  field.addEventListener('pointermove', (event) => {
    if (!start || !event.buttons) return;
    const moved = event.clientX - start.x;
    if (!field.dataset.dragged && Math.abs(moved) < DRAG_THRESHOLD) return;
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
