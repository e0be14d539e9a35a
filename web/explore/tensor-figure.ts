/** @file Figure 1: the picture's numbers, its channels apart, and where a pixel lies in memory. */
import { PIXEL_SCALE } from '#shared/labels.ts';
import { cssColour, grey, inkOn, type Palette, tint } from '../canvas/colour.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { planeCanvas } from '../canvas/view.ts';
import { canvasIn, choose, element, find, onChoice, say } from '../dom.ts';
import type { Explorer } from './explorer.ts';
import { networkPlane } from './picture.ts';

/** Columns of numbers around the chosen pixel, and rows: of one channel, of each of three. */
const [COLUMNS, ROWS, ROWS_EACH] = [7, 7, 3];

const CHANNELS = ['red', 'green', 'blue'];

export function tensorFigure(explorer: Explorer): void {
  const cells = find('#tensor-numbers .cells', HTMLElement);
  const channels = find('#channels', HTMLElement);
  const control = {
    label: 'Pixel of the picture',
    chosen: () => explorer.state.pixel,
    describe: () => words(tensor(explorer), explorer.state.pixel),
    choose: (row: number, column: number) => explorer.change({ pixel: [row, column] }),
  };
  const picture = planeCanvas(canvasIn('#tensor-picture'), control);
  const planes = [...channels.querySelectorAll('canvas')].map((canvas, c) =>
    planeCanvas(canvas, { ...control, label: `Pixel of the ${CHANNELS[c]} channel` }),
  );
  onChoice('view', (view) => explorer.change({ view: view as 'network' | 'colour' }));

  explorer.watch(find('#tensor .figure', HTMLElement), ['picture', 'view', 'pixel'], () => {
    const now = tensor(explorer);
    const [rows, columns] = [now.planes[0].height, now.planes[0].width];
    const [row, column] = explorer.state.pixel.map((at, i) => Math.min(at, [rows, columns][i] - 1));
    const outlines = [{ y: row, x: column, height: 1, width: 1 }];
    choose('view', now.colour ? 'colour' : 'network');
    channels.hidden = !now.colour;
    if (now.colour)
      for (const [c, plane] of now.planes.entries()) planes[c].draw({ plane, palette: tint(c), outlines });
    // In colour the picture itself is shown by its brightness alone where channels are apart; so the canvas gets all three.
    picture.draw({ plane: now.whole, palette: now.palette, outlines });
    writeNumbers(cells, now, row, column);
    writeFacts(now, row, column);
  });
}

interface ShownTensor {
  planes: Plane[];
  /** What the large canvas shows. */
  whole: Plane;
  palette: Palette;
  colour: boolean;
}

function tensor({ state, picture }: Explorer): ShownTensor {
  const { colour } = picture;
  if (state.view === 'network' || !colour) {
    const plane = networkPlane(picture);
    return { planes: [plane], whole: plane, palette: grey(), colour: false };
  }
  const shape = [3, colour.height, colour.width];
  const planes = [0, 1, 2].map((c) => channelOf(colour.data, shape, c));
  return { planes, ...inColour(planes), colour: true };
}

/** Three channels as one picture: each number is the place of its pixel in a palette of all pixels. */
function inColour(planes: readonly Plane[]): Pick<ShownTensor, 'whole' | 'palette'> {
  const [red, green, blue] = planes.map(({ data }) => data.map((value) => Math.round(value * PIXEL_SCALE)));
  const colours = Uint32Array.from(red, (r, i) => (255 << 24) | (blue[i] << 16) | (green[i] << 8) | r);
  const whole = { ...planes[0], data: Float32Array.from(red, (_, i) => i) };
  return { whole, palette: { low: 0, high: colours.length - 1, colours } };
}

function words({ planes, colour }: ShownTensor, [row, column]: readonly [number, number]): string {
  const values = planes.map(
    ({ width, data }, c) => `${colour ? `${CHANNELS[c]} ` : ''}${data[row * width + column]?.toFixed(3)}`,
  );
  return `row ${row}, column ${column}: ${values.join(', ')}`;
}

function writeNumbers(
  cells: HTMLElement,
  { planes, colour }: ShownTensor,
  row: number,
  column: number,
): void {
  const rows = colour ? ROWS_EACH : ROWS;
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
    const palette = colour ? tint(c) : grey();
    say(cell, isInside ? value.toFixed(2) : '');
    cell.style.backgroundColor = isInside ? cssColour(palette, value) : '';
    cell.style.color = isInside ? inkOn(palette, value) : '';
    cell.className = y === row && x === column ? 'chosen' : '';
  }
}

function writeFacts({ planes, colour }: ShownTensor, row: number, column: number): void {
  const { width, height, data } = planes[0];
  const index = row * width + column;
  const bytes = planes.map(({ data }) => `${Math.round(data[index] * PIXEL_SCALE)}`).join(', ');
  const facts = [
    [
      'shape',
      `[${planes.length}, ${height}, ${width}]`,
      `channels × rows × columns: ${(planes.length * data.length).toLocaleString('en')} numbers`,
    ],
    [
      'pixel',
      `row ${row}, column ${column}`,
      colour ? `bytes ${bytes}, each divided by 255` : `byte ${bytes} of 255, so ${data[index].toFixed(4)}`,
    ],
    [
      'in memory',
      colour
        ? `c · ${height} · ${width} + ${row} · ${width} + ${column}`
        : `${row} · ${width} + ${column} = ${index}`,
      colour
        ? `red ${index}, green ${index + data.length}, blue ${index + 2 * data.length}`
        : 'row by row, so its place is row · width + column',
    ],
  ];
  const list = find('#tensor-facts', HTMLElement);
  while (list.childElementCount < facts.length)
    list.append(element('div', {}, element('dt'), element('dd'), element('dd', { className: 'note' })));
  for (const [i, texts] of facts.entries())
    for (const [j, text] of texts.entries()) say(list.children[i].children[j], text);
}
