/** @file Figure 2: a kernel over the picture, every weight to be changed, every pixel's sum to be seen. */
import type { Tensor } from '#shared/model/forward.ts';
import { grey, largest, type Palette, signed } from '../canvas/colour.ts';
import type { Plane } from '../canvas/plane.ts';
import { planeCanvas } from '../canvas/view.ts';
import { canvasIn, choose, find, onChoice, say } from '../dom.ts';
import { convolve, kernelLayer, kernelWeights, pixelSum, sizeFormula } from './convolution.ts';
import type { Explorer, Source } from './explorer.ts';
import { editWeight, kernelNow, resizeKernel } from './kernel-choice.ts';
import { learnedKernels, presetButtons } from './kernel-picker.ts';
import { character, format, isPicture } from './kernels.ts';
import { networkPlane } from './picture.ts';
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
  const chosen = () => scene(explorer).at;
  const pick = (row: number, column: number) => {
    sliding.stop();
    change({ at: [row, column] });
  };
  const describe = () => {
    const [row, column] = chosen();
    return `row ${row}, column ${column}: ${format(sumAt(scene(explorer)).value)}`;
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
    chosen: () => middle(scene(explorer)),
    describe,
    choose: (row, column) => pick(...outputAt(scene(explorer), row, column)),
  });
  const sliding = slide({
    button: find('#slide', HTMLButtonElement),
    count: () => scene(explorer).output.data.length,
    pace: () => scene(explorer).output.data.length / SECONDS,
    at: () => {
      const { at, output } = scene(explorer);
      return at[0] * output.width + at[1];
    },
    go: (place) => {
      const { width } = scene(explorer).output;
      change({ at: [Math.floor(place / width), place % width] });
    },
    changed: () => draw(),
  });
  const editor = weightsEditor(find('#weights', HTMLElement), (index, value) =>
    change(editWeight(kernelNow(explorer.state, explorer.model), index, value)),
  );
  controls(explorer);
  presetButtons(explorer, find('#presets', HTMLElement));
  learnedKernels(explorer);

  function draw(): void {
    const now = scene(explorer);
    editor.show(now.kernel);
    showScene(now, input, output, sliding);
    showControls(explorer);
    say(find('#kernel-note', HTMLElement), character(now.kernel));
  }
  explorer.watch(find('#convolution .figure', HTMLElement), SOURCES, draw);
}

interface Scene {
  input: Plane;
  output: Plane;
  layer: ReturnType<typeof kernelLayer>;
  kernel: Float32Array<ArrayBuffer>;
  bias: number;
  padding: number;
  at: readonly [row: number, column: number];
}

let last: { key: string; image: Plane['data']; scene: Scene } | undefined;
let plane: { of: unknown; source: string; plane: Plane } | undefined;

/** The convolution as it is chosen; computed again only when something but the chosen pixel has changed. */
function scene({ state, model, picture }: Explorer): Scene {
  if (plane?.of !== picture || plane.source !== state.source) {
    const input = (state.source === 'photo' && picture.grey) || networkPlane(picture);
    plane = { of: picture, source: state.source, plane: input };
  }
  const input = plane.plane;
  const { kernel: id, weights, size, stride, padding, bias } = state;
  const key = [id, weights, size, stride, padding, bias].join(' ');
  if (last?.key !== key || last.image !== input.data) {
    const kernel = kernelNow(state, model);
    const layer = kernelLayer(input.height, input.width, { size, stride, padding });
    const [, height, width] = layer.output;
    const data = convolve(layer, kernel, bias, input.data as Tensor);
    last = {
      key,
      image: input.data,
      scene: { input, output: { height, width, data }, layer, kernel, bias, padding, at: [0, 0] },
    };
  }
  const { output } = last.scene;
  const at = [Math.min(state.at[0], output.height - 1), Math.min(state.at[1], output.width - 1)] as const;
  return { ...last.scene, at };
}

const sumAt = ({ layer, kernel, bias, input, at }: Scene) =>
  pixelSum(layer, kernelWeights(layer, kernel, bias), input.data as Tensor, 0, ...at);

const half = ({ layer }: Scene) => (layer.kernelSize - 1) / 2;

const middle = (now: Scene): [number, number] =>
  now.at.map((at, i) => {
    const size = [now.input.height, now.input.width][i];
    return Math.max(0, Math.min(size - 1, at * now.layer.stride + half(now) - now.padding));
  }) as [number, number];

/** The output pixel whose window has its middle nearest to an input pixel. */
const outputAt = (now: Scene, row: number, column: number): [number, number] => {
  const nearest = (at: number, count: number) =>
    Math.max(0, Math.min(count - 1, Math.round((at - half(now) + now.padding) / now.layer.stride)));
  return [nearest(row, now.output.height), nearest(column, now.output.width)];
};

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
