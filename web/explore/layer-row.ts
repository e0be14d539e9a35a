/** @file One row of figure 4: a layer's name and shape, and its feature maps as buttons. */
import { grey, maxAbs, type Palette, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw-plane.ts';
import { channelOf } from '../canvas/plane.ts';
import { element, setText } from '../dom.ts';
import { formatNumber } from './format-number.ts';
import { type LayerRow, mapsOf } from './layers.ts';

/** Largest number of feature maps that are buttons. The values of a wider layer are drawn as one strip, without buttons. */
export const MAX_MAPS = 64;

export interface RowElements {
  element: HTMLElement;
  buttons: HTMLButtonElement[];
  /** One per feature map, or one for the strip. */
  canvases: HTMLCanvasElement[];
  /** Text with the largest absolute value. */
  scale: HTMLElement;
}

/** @param labels class names, for the buttons of the last layer */
export function createRow(row: LayerRow, labels: readonly string[]): RowElements {
  const { count, height } = mapsOf(row);
  const isStrip = count > MAX_MAPS;
  const canvases = Array.from({ length: isStrip ? 1 : count }, () => element('canvas'));
  const classNames = row.layer?.kind === 'linear' && count === labels.length ? labels : undefined;
  const buttons = isStrip
    ? []
    : canvases.map((canvas, map) => mapButton(row, map, canvas, classNames?.[map]));
  const scale = element('span', { className: 'scale' });
  const heading = element(
    'div',
    { role: 'rowheader', className: 'name', title: row.text },
    element('b', {}, row.name),
    element('span', {}, `[${row.shape.join(', ')}]`),
    scale,
  );
  const cells = isStrip
    ? [element('div', { role: 'gridcell', className: 'strip' }, canvases[0])]
    : buttons.map((button) => element('div', { role: 'gridcell' }, button));
  const line = element(
    'div',
    { role: 'row', className: height === 1 ? 'layer flat' : 'layer' },
    heading,
    element('div', { className: 'maps', role: 'presentation' }, ...cells),
  );
  return { element: line, buttons, canvases, scale };
}

function mapButton(
  { name, index }: LayerRow,
  map: number,
  canvas: HTMLCanvasElement,
  className: string | undefined,
): HTMLButtonElement {
  const properties = {
    type: 'button',
    tabIndex: -1,
    'data-row': index,
    'data-map': map,
    'aria-label': `${name}, ${className ?? `map ${map + 1}`}`,
  };
  // "T-shirt/top" does not fit below its cell.
  const caption = className === undefined ? [] : [element('span', {}, className.replace('/top', ''))];
  return element('button', properties, canvas, ...caption);
}

/** @param data the layer's output */
export function paintRow(row: LayerRow, { canvases, scale }: RowElements, data: Float32Array): void {
  const { count, height, width } = mapsOf(row);
  const palette = paletteOf(row, data);
  setText(scale, row.index === 0 ? '0 to 1' : `±${formatNumber(palette.high)}`);
  if (canvases.length < count) paint(canvases[0], { height: 1, width: count, data }, palette);
  else
    for (const [c, canvas] of canvases.entries())
      paint(canvas, channelOf(data, [count, height, width], c), palette);
}

/** Returns the palette of a layer. All its feature maps share one scale, so that they can be compared. */
export const paletteOf = (row: LayerRow, data: Float32Array): Palette =>
  row.index === 0 ? grey() : signed(maxAbs(data));
