/** @file Figure 2: a kernel over the picture, every weight to be changed, every pixel's sum to be seen. */
import { grey, largest, type Palette, signed } from '../canvas/colour.ts';
import { planeCanvas } from '../canvas/view.ts';
import { canvasIn, choose, find, onChoice, say } from '../dom.ts';
import { sizeFormula } from './convolution.ts';
import { half, middle, outputAt, type Scene, sceneOf, sumAt } from './convolution-scene.ts';
import type { Explorer, Source } from './explorer.ts';
import { editWeight, resizeKernel } from './kernel-choice.ts';
import { learnedKernels, presetButtons } from './kernel-picker.ts';
import { character, format, isPicture } from './kernels.ts';
import { showProducts } from './products.ts';
import { type Slide, slide } from './slide.ts';
import { weightsEditor } from './weights-editor.ts';

const SOURCES: Source[] = [
  'picture',
  'frame',
  'kernel',
  'weights',
  'size',
  'stride',
  'padding',
  'bias',
  'source',
  'at',
];

/** Seconds that a kernel takes over a whole picture. */
const SECONDS = 14;

export function convolutionFigure(explorer: Explorer): void {
  const { change } = explorer;
  const chosen = () => sceneOf(explorer).at;
  const pick = (row: number, column: number) => {
    sliding.stop();
    change({ at: [row, column] });
  };
  const describe = () => {
    const [row, column] = chosen();
    return `row ${row}, column ${column}: ${format(sumAt(sceneOf(explorer)).value)}`;
  };
  const output = planeCanvas(canvasIn('#convolution-output'), {
    label: 'Pixel of the output',
    chosen,
    describe,
    choose: pick,
  });
  // The input's pixel is the middle of the window, whatever the stride.
  const input = planeCanvas(canvasIn('#convolution-input'), {
    label: 'Where the kernel lies on the input',
    chosen: () => middle(sceneOf(explorer)),
    describe,
    choose: (row, column) => pick(...outputAt(sceneOf(explorer), row, column)),
  });
  const sliding = slide({
    button: find('#slide', HTMLButtonElement),
    count: () => sceneOf(explorer).output.data.length,
    pace: () => sceneOf(explorer).output.data.length / SECONDS,
    at: () => {
      const { at, output } = sceneOf(explorer);
      return at[0] * output.width + at[1];
    },
    go: (place) => {
      const { width } = sceneOf(explorer).output;
      change({ at: [Math.floor(place / width), place % width] });
    },
    changed: () => draw(),
  });
  const editor = weightsEditor(find('#weights', HTMLElement), (index, value) =>
    change(editWeight(sceneOf(explorer).kernel, index, value)),
  );
  controls(explorer);
  presetButtons(explorer, find('#presets', HTMLElement));
  learnedKernels(explorer);

  function draw(): void {
    const now = sceneOf(explorer);
    editor.show(now.kernel);
    showScene(now, input, output, sliding);
    showControls(explorer);
    say(find('#kernel-note', HTMLElement), character(now.kernel));
  }
  explorer.watch(find('#convolution .figure', HTMLElement), SOURCES, draw);
}

function showScene(
  now: Scene,
  inputCanvas: ReturnType<typeof planeCanvas>,
  outputCanvas: ReturnType<typeof planeCanvas>,
  { isMoving }: Slide,
): void {
  const { input, output, layer, kernel, padding, at, bias } = now;
  const [row, column] = at;
  const extent = { width: input.width + 2 * padding, height: input.height + 2 * padding };
  const window = {
    y: row * layer.stride,
    x: column * layer.stride,
    height: layer.kernelSize,
    width: layer.kernelSize,
  };
  inputCanvas.draw({
    plane: input,
    palette: grey(),
    offset: padding,
    extent,
    hatched: true,
    outlines: [window],
  });
  // At the input's scale, and with stride 1 each pixel where its window has its middle: a smaller output looks smaller.
  const offset =
    layer.stride === 1
      ? half(now)
      : Math.floor(Math.min(extent.width - output.width, extent.height - output.height) / 2);
  const pixel = { y: row + offset, x: column + offset, height: 1, width: 1 };
  const place = row * output.width + column + 1;
  outputCanvas.draw({
    plane: output,
    palette: paletteOf(now),
    offset,
    extent,
    outlines: [pixel],
    ...(isMoving && { until: place }),
  });
  const { windows, value } = sumAt(now);
  showProducts(
    find('#products', HTMLElement),
    windows[0].inputs,
    kernel,
    signed(Math.max(1, largest(kernel)) * 0.8),
  );
  say(
    find('#sum', HTMLElement),
    `${format(windows[0].sum, 3)} + bias ${format(bias, 3)} = ${format(value, 3)}`,
  );
  showSizes(now);
}

function paletteOf({ kernel, bias, output }: Scene): Palette {
  return isPicture(kernel) && bias === 0 ? grey() : signed(largest(output.data));
}

function showSizes(now: Scene): void {
  const { input, output, layer, padding } = now;
  const [heightText, widthText] = [input.height, input.width].map((size) =>
    sizeFormula(size, layer.kernelSize, layer.stride, padding),
  );
  const rows = input.height === input.width ? heightText : `rows ${heightText}, columns ${widthText}`;
  say(
    find('#convolution-shape', HTMLElement),
    `Output size: ${rows}, so [1, ${output.height}, ${output.width}]`,
  );
  say(
    find('#convolution-input .note', HTMLElement),
    `[1, ${input.height}, ${input.width}]${padding ? `, ${padding} of zeros around it` : ''}`,
  );
  const scale =
    isPicture(now.kernel) && now.bias === 0
      ? 'black is 0, white is 1'
      : `orange below 0, blue above; full colour at ±${format(largest(output.data))}`;
  say(find('#convolution-output .note', HTMLElement), `[1, ${output.height}, ${output.width}]: ${scale}`);
}

function controls(explorer: Explorer): void {
  const { change } = explorer;
  onChoice('size', (size) => change(resizeKernel(explorer.state, explorer.model, Number(size))));
  onChoice('stride', (stride) => change({ stride: Number(stride) }));
  onChoice('padding', (padding) => change({ padding: Number(padding) }));
  onChoice('source', (source) => change({ source: source as 'network' | 'photo' }));
  const bias = find('#bias', HTMLInputElement);
  bias.addEventListener(
    'input',
    () => Number.isFinite(bias.valueAsNumber) && change({ bias: bias.valueAsNumber }),
  );
}

function showControls({ state, picture }: Explorer): void {
  for (const name of ['size', 'stride', 'padding', 'source'] as const) choose(name, `${state[name]}`);
  const photo = find('input[name="source"][value="photo"]', HTMLInputElement);
  photo.disabled = !picture.grey;
  const bias = find('#bias', HTMLInputElement);
  if (document.activeElement !== bias) bias.value = `${Number(state.bias.toFixed(4))}`;
}
