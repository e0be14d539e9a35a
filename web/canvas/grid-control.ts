/** @file Makes a canvas a control that selects one cell of a grid, by mouse, touch or keyboard. Its ARIA role is slider. */

interface Grid {
  rows: number;
  columns: number;
  /** Rows and columns of padding, which cannot be selected, before the first cell. */
  offset?: number;
  /** Size of the canvas in cells, with padding. */
  extent?: { width: number; height: number };
}

export interface GridOptions {
  /** Accessible name. */
  label: string;
  grid: () => Grid;
  selected: () => readonly [row: number, column: number];
  /** Returns the accessible text of the selected cell. */
  describe: () => string;
  select: (row: number, column: number) => void;
  /** Whether moving the mouse selects; otherwise only a press does. True by default. */
  hover?: boolean;
}

const STEPS: Record<string, readonly [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-5, 0],
  PageDown: [5, 0],
};

const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));

/** @returns a function that updates the ARIA attributes, for a selection that changed elsewhere */
export function gridControl(canvas: HTMLCanvasElement, options: GridOptions): () => void {
  const update = () => updateAria(canvas, options);
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'slider');
  canvas.setAttribute('aria-label', `${options.label}; use the arrow keys to move`);
  listenToPointer(canvas, options);
  canvas.addEventListener('keydown', (event) => {
    if (!selectByKey(event.key, options)) return;
    event.preventDefault();
    update();
  });
  canvas.addEventListener('focus', update);
  update();
  return update;
}

function updateAria(canvas: HTMLCanvasElement, { grid, selected, describe }: GridOptions): void {
  const { rows, columns } = grid();
  const [row, column] = selected();
  canvas.setAttribute('aria-valuemin', '0');
  canvas.setAttribute('aria-valuemax', `${rows * columns - 1}`);
  canvas.setAttribute('aria-valuenow', `${row * columns + column}`);
  canvas.setAttribute('aria-valuetext', describe());
}

function listenToPointer(canvas: HTMLCanvasElement, { grid, select, hover = true }: GridOptions): void {
  const selectAt = ({ clientX, clientY }: PointerEvent) => {
    const { rows, columns, offset = 0, extent = { width: columns, height: rows } } = grid();
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((clientY - box.top) / box.height) * extent.height) - offset;
    const column = Math.floor(((clientX - box.left) / box.width) * extent.width) - offset;
    select(clamp(row, rows), clamp(column, columns));
  };
  canvas.addEventListener('pointermove', (event) => {
    const isHover = hover && event.pointerType === 'mouse';
    if (isHover || event.buttons) selectAt(event);
  });
  canvas.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse') canvas.setPointerCapture(event.pointerId);
    selectAt(event);
  });
}

/** @returns whether the key moves the selection */
function selectByKey(key: string, { grid, selected, select }: GridOptions): boolean {
  const { rows, columns } = grid();
  const [row, column] = selected();
  const step = STEPS[key];
  if (step) select(clamp(row + step[0], rows), clamp(column + step[1], columns));
  else if (key === 'Home') select(row, 0);
  else if (key === 'End') select(row, columns - 1);
  else return false;
  return true;
}
