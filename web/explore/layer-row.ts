/** @file One row of figure 4: a layer's name and shape, and its feature maps as buttons. */
import { isNormalized, type PictureInput } from '#shared/input/preprocessing.ts';
import { grey, maxAbs, type Palette, signed, tint } from '../canvas/colour.ts';
import { paint } from '../canvas/draw-plane.ts';
import { channelOf } from '../canvas/plane.ts';
import { element, setText } from '../dom.ts';
import { formatNumber } from './format-number.ts';
import { hasClasses, type LayerRow, mapName, mapsOf } from './layers.ts';

export interface RowElements {
  element: HTMLElement;
  buttons: HTMLButtonElement[];
  /** One per feature map that is shown, or one for the strip. */
  canvases: HTMLCanvasElement[];
  /** Text with the range of the values. */
  scale: HTMLElement;
}

/** @param labels class names, for the buttons of the last layer */
export function createRow(row: LayerRow, labels: readonly string[]): RowElements {
  const { count, height } = mapsOf(row);
  const isStrip = row.shown === 0;
  const canvases = Array.from({ length: row.shown || 1 }, () => element('canvas'));
  const buttons = isStrip ? [] : canvases.map((canvas, map) => mapButton(row, map, canvas, labels));
  const scale = element('span', { className: 'scale' });
  const heading = element(
    'div',
    { role: 'rowheader', className: 'name', title: row.text },
    element('b', {}, row.name),
    element('span', {}, `[${row.shape.join(', ')}]`),
    ...(isStrip || row.shown === count ? [] : [element('span', {}, `the first ${row.shown}`)]),
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
  row: LayerRow,
  map: number,
  canvas: HTMLCanvasElement,
  labels: readonly string[],
): HTMLButtonElement {
  const name = mapName(row, map, labels);
  const isClass = hasClasses(row, labels);
  const properties = {
    type: 'button',
    tabIndex: -1,
    'data-row': row.index,
    'data-map': map,
    'aria-label': `${row.name}, ${name}`,
    title: isClass ? name : '',
  };
  // "T-shirt/top" does not fit below its cell.
  const caption = isClass ? [element('span', {}, name.replace('/top', ''))] : [];
  return element('button', properties, canvas, ...caption);
}

/**
 * @param data the layer's output
 * @param input how the network's input was made
 */
export function paintRow(
  row: LayerRow,
  { canvases, scale }: RowElements,
  data: Float32Array,
  input: PictureInput,
): void {
  const { count, height, width } = mapsOf(row);
  const palette = palettesOf(row, data, input);
  const isByte = row.index === 0 && !isNormalized(input);
  const sign = data.some((value) => value < 0) ? '±' : '0 to ';
  setText(scale, isByte ? '0 to 1' : `${sign}${formatNumber(maxAbs(data) || 1)}`);
  if (row.shown === 0) {
    paint(canvases[0], { height: 1, width: count, data }, palette(0));
    return;
  }
  for (const [c, canvas] of canvases.entries())
    paint(canvas, channelOf(data, [count, height, width], c), palette(c));
}

/**
 * Returns the palettes of a layer's maps. They share one scale, so that they can be compared. A channel of the input is shown in its
 * colour, from the value of a dark pixel to that of a bright one.
 */
export function palettesOf(row: LayerRow, data: Float32Array, input: PictureInput): (map: number) => Palette {
  if (row.index > 0) {
    const palette = signed(maxAbs(data));
    return () => palette;
  }
  const { preprocessing, shape } = input;
  const { mean, std } = preprocessing.kind === 'fit' ? preprocessing : {};
  return (map) => {
    const [shift, scale] = [mean?.[map] ?? 0, std?.[map] ?? 1];
    return { ...(shape[0] === 1 ? grey() : tint(map)), low: -shift / scale, high: (1 - shift) / scale };
  };
}
