/** @file Figure 1: the image as a tensor, with its values, its channels and the memory layout of a pixel. */
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import { cssColour, grey, type Palette, textColourOn, tint } from '../canvas/colour.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { planeCanvas } from '../canvas/plane-canvas.ts';
import { canvasIn, choose, element, find, onChoice, setText } from '../dom.ts';
import { colourPlane } from './colour-plane.ts';
import type { Explorer } from './explorer.ts';
import { inputPlanes, photoShape } from './source-picture.ts';

/** Size of the table of values around the selected pixel: rows of the one channel, or rows per channel of a colour image. */
const [COLUMNS, ROWS, ROWS_PER_CHANNEL] = [7, 7, 3];

const CHANNELS = ['red', 'green', 'blue'];

export function tensorFigure(explorer: Explorer): void {
  const cells = find('#tensor-numbers .cells');
  const channels = find('#channels');
  const control = {
    label: 'Pixel of the image',
    selected: () => explorer.state.pixel,
    describe: () => describePixel(shownTensor(explorer), explorer.state.pixel),
    select: (row: number, column: number) => explorer.change({ pixel: [row, column] }),
  };
  const picture = planeCanvas(canvasIn('#tensor-picture'), control);
  const planes = [...channels.querySelectorAll('canvas')].map((canvas, c) =>
    planeCanvas(canvas, { ...control, label: `Pixel of the ${CHANNELS[c]} channel` }),
  );
  const colour = find('input[name="view"][value="colour"]', HTMLInputElement);
  onChoice('view', (view) => explorer.change({ view: view as 'network' | 'colour' }));

  explorer.watch(find('#tensor .figure'), ['picture', 'view', 'pixel'], () => {
    const shown = shownTensor(explorer);
    const [rows, columns] = [shown.planes[0].height, shown.planes[0].width];
    const [row, column] = explorer.state.pixel.map((at, i) => Math.min(at, [rows, columns][i] - 1));
    const outlines = [{ y: row, x: column, height: 1, width: 1 }];
    choose('view', explorer.picture.colour ? explorer.state.view : 'network');
    colour.disabled = !explorer.picture.colour;
    channels.hidden = !shown.isColour;
    if (shown.isColour)
      for (const [c, plane] of shown.planes.entries()) planes[c].draw({ plane, palette: tint(c), outlines });
    picture.draw({ plane: shown.whole, palette: shown.palette, outlines });
    showValues(cells, shown, row, column);
    showFacts(shown, row, column, photoShape(explorer.picture));
  });
}

interface ShownTensor {
  /** One per channel: those of the network's input, or three of the photo. */
  planes: Plane[];
  /** The image on the large canvas, and its palette. */
  whole: Plane;
  palette: Palette;
  isColour: boolean;
}

function shownTensor({ state, picture }: Explorer): ShownTensor {
  const { colour } = picture;
  if (state.view === 'network' || !colour) {
    const planes = inputPlanes(picture);
    if (planes.length > 1) return { planes, ...colourPlane(planes), isColour: true };
    return { planes, whole: planes[0], palette: grey(), isColour: false };
  }
  const shape = [3, colour.height, colour.width];
  const planes = [0, 1, 2].map((c) => channelOf(colour.data, shape, c));
  return { planes, ...colourPlane(planes), isColour: true };
}

function describePixel({ planes, isColour }: ShownTensor, [row, column]: readonly [number, number]): string {
  const values = planes.map(
    ({ width, data }, c) => `${isColour ? `${CHANNELS[c]} ` : ''}${data[row * width + column]?.toFixed(3)}`,
  );
  return `row ${row}, column ${column}: ${values.join(', ')}`;
}

function showValues(
  cells: HTMLElement,
  { planes, isColour }: ShownTensor,
  row: number,
  column: number,
): void {
  const rows = isColour ? ROWS_PER_CHANNEL : ROWS;
  const count = planes.length * rows * COLUMNS;
  while (cells.childElementCount > count) cells.lastChild?.remove();
  while (cells.childElementCount < count) cells.append(element('span'));
  for (let i = 0; i < count; i++) {
    const cell = cells.children[i] as HTMLElement;
    const c = Math.floor(i / (rows * COLUMNS));
    const y = row + (Math.floor(i / COLUMNS) % rows) - (rows - 1) / 2;
    const x = column + (i % COLUMNS) - (COLUMNS - 1) / 2;
    const { width, height, data } = planes[c];
    const isInside = y >= 0 && y < height && x >= 0 && x < width;
    const value = data[y * width + x];
    const palette = isColour ? tint(c) : grey();
    setText(cell, isInside ? value.toFixed(2) : '');
    cell.style.backgroundColor = isInside ? cssColour(palette, value) : '';
    cell.style.color = isInside ? textColourOn(palette, value) : '';
    cell.className = y === row && x === column ? 'selected' : '';
  }
}

function showFacts(
  { planes, isColour }: ShownTensor,
  row: number,
  column: number,
  photo: readonly number[] | undefined,
): void {
  const { width, height, data } = planes[0];
  const index = row * width + column;
  const bytes = planes.map(({ data }) => `${Math.round(data[index] * PIXEL_SCALE)}`).join(', ');
  const facts = [
    [
      'shape',
      `[${planes.length}, ${height}, ${width}]`,
      `channels × rows × columns: ${(planes.length * data.length).toLocaleString('en')} values${photo ? `, made from the photo of [${photo.join(', ')}]` : ''}`,
    ],
    [
      'pixel',
      `row ${row}, column ${column}`,
      isColour
        ? `bytes ${bytes}, each divided by 255`
        : `byte ${bytes}, divided by 255: ${data[index].toFixed(4)}`,
    ],
    [
      'index in memory',
      isColour
        ? `c · ${height} · ${width} + ${row} · ${width} + ${column}`
        : `${row} · ${width} + ${column} = ${index}`,
      isColour
        ? `red ${index}, green ${index + data.length}, blue ${index + 2 * data.length}`
        : 'index = row · width + column, because pixels are stored row by row',
    ],
  ];
  const list = find('#tensor-facts');
  while (list.childElementCount < facts.length)
    list.append(element('div', {}, element('dt'), element('dd'), element('dd', { className: 'note' })));
  for (const [i, texts] of facts.entries())
    for (const [j, text] of texts.entries()) setText(list.children[i].children[j], text);
}
