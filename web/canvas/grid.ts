/** @file A canvas of cells of which one is chosen: by pointer, finger or arrow keys; told to assistive technology as a slider is. */

interface Grid {
  rows: number;
  columns: number;
  /** Cells of the canvas before the first row and column that can be chosen, and in all; for views with padding. */
  offset?: number;
  extent?: { width: number; height: number };
}

export interface GridOptions {
  label: string;
  grid: () => Grid;
  chosen: () => readonly [row: number, column: number];
  /** Says the chosen cell. */
  describe: () => string;
  /** @param settled false while a pointer moves over cells */
  choose: (row: number, column: number, settled: boolean) => void;
  /** Whether hovering chooses, or only a press. */
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

/** Makes the canvas a control. @returns says again what is chosen, after it was changed from elsewhere */
export function gridControl(canvas: HTMLCanvasElement, options: GridOptions): () => void {
  const { label, grid, chosen, describe, choose, hover = true } = options;
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'slider');
  canvas.setAttribute('aria-label', `${label}; arrow keys move`);

  function tell(): void {
    const { rows, columns } = grid();
    const [row, column] = chosen();
    canvas.setAttribute('aria-valuemin', '0');
    canvas.setAttribute('aria-valuemax', `${rows * columns - 1}`);
    canvas.setAttribute('aria-valuenow', `${row * columns + column}`);
    canvas.setAttribute('aria-valuetext', describe());
  }

  function point(event: PointerEvent, settled: boolean): void {
    const { rows, columns, offset = 0, extent = { width: columns, height: rows } } = grid();
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * extent.height) - offset;
    const column = Math.floor(((event.clientX - box.left) / box.width) * extent.width) - offset;
    choose(clamp(row, rows), clamp(column, columns), settled);
  }

  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' ? hover || event.buttons : event.buttons) point(event, false);
  });
  canvas.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse') canvas.setPointerCapture(event.pointerId);
    point(event, true);
  });
  canvas.addEventListener('keydown', (event) => {
    const { rows, columns } = grid();
    const [row, column] = chosen();
    const step = STEPS[event.key];
    if (step) choose(clamp(row + step[0], rows), clamp(column + step[1], columns), true);
    else if (event.key === 'Home') choose(row, 0, true);
    else if (event.key === 'End') choose(row, columns - 1, true);
    else return;
    event.preventDefault();
    tell();
  });
  canvas.addEventListener('focus', tell);
  tell();
  return tell;
}

/** Keeps a canvas as fine as the screen; its height follows from its aspect ratio in CSS. */
export function keepSharp(canvas: HTMLCanvasElement, changed: () => void): void {
  new ResizeObserver(([entry]) => {
    const exact = entry.devicePixelContentBoxSize?.[0];
    const { inlineSize, blockSize } = exact ?? entry.contentBoxSize[0];
    const scale = exact ? 1 : devicePixelRatio;
    const [width, height] = [Math.round(inlineSize * scale), Math.round(blockSize * scale)];
    if (!width || (canvas.width === width && canvas.height === height)) return;
    canvas.width = width;
    canvas.height = height;
    changed();
  }).observe(canvas);
}
