/** @file One layer of the figure of all maps: its name, its sizes, its maps as buttons. */
import { grey, largest, type Palette, signed } from '../canvas/colour.ts';
import { paint } from '../canvas/draw.ts';
import { channelOf } from '../canvas/plane.ts';
import { element, say } from '../dom.ts';
import { format } from './kernels.ts';
import { mapsOf, type Row } from './layers.ts';

/** A layer of more numbers than this in one row is drawn as a strip, and none of them can be chosen by itself. */
export const MOST_MAPS = 64;

export interface DrawnRow {
  line: HTMLElement;
  buttons: HTMLButtonElement[];
  /** One a map, or one for all. */
  canvases: HTMLCanvasElement[];
  scale: HTMLElement;
}

export function drawRow(row: Row, labels: readonly string[]): DrawnRow {
  const { count, height } = mapsOf(row);
  const isStrip = count > MOST_MAPS;
  const canvases = Array.from({ length: isStrip ? 1 : count }, () => element('canvas'));
  const isLast = row.layer?.kind === 'linear' && count === labels.length;
  const buttons = isStrip
    ? []
    : canvases.map((canvas, map) => {
        const name = isLast ? labels[map] : `map ${map + 1}`;
        const properties = {
          type: 'button',
          tabIndex: -1,
          'data-row': row.index,
          'data-map': map,
          'aria-label': `${row.name}, ${name}`,
        };
        return element(
          'button',
          properties,
          canvas,
          ...(isLast ? [element('span', {}, labels[map].replace('/top', ''))] : []),
        );
      });
  const scale = element('span', { className: 'scale' });
  const heading = element(
    'div',
    { role: 'rowheader', className: 'name' },
    element('b', {}, row.name),
    element('span', {}, `[${row.shape.join(', ')}]`),
    scale,
  );
  heading.title = row.text;
  const maps = isStrip
    ? [element('div', { role: 'gridcell', className: 'strip' }, canvases[0])]
    : buttons.map((button) => element('div', { role: 'gridcell' }, button));
  const kind = height === 1 ? 'layer flat' : 'layer';
  const line = element(
    'div',
    { role: 'row', className: kind },
    heading,
    element('div', { className: 'maps', role: 'presentation' }, ...maps),
  );
  return { line, buttons, canvases, scale };
}

/** @param data what comes out of the layer */
export function paintRow(row: Row, { canvases, scale }: DrawnRow, data: Float32Array): void {
  const { count, height, width } = mapsOf(row);
  const palette = paletteOf(row, data);
  say(scale, row.index === 0 ? '0 to 1' : `±${format(palette.high)}`);
  if (canvases.length < count) paint(canvases[0], { height: 1, width: count, data }, palette);
  else
    for (const [c, canvas] of canvases.entries())
      paint(canvas, channelOf(data, [count, height, width], c), palette);
}

/** All maps of a layer have one scale, so that they can be compared. */
export const paletteOf = (row: Row, data: Float32Array): Palette =>
  row.index === 0 ? grey() : signed(largest(data));
