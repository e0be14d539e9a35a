/** @file Figure 2: a convolution of the image, with an editable kernel and the sum behind each output pixel. */
import { grey, maxAbs, signed } from '../canvas/colour.ts';
import { type PlaneCanvas, planeCanvas } from '../canvas/plane-canvas.ts';
import { canvasIn, choose, find, onChoice, setText } from '../dom.ts';
import { sizeFormula } from './convolution.ts';
import {
  type ConvolutionScene,
  convolutionScene,
  outputAt,
  sumAt,
  windowCentre,
  windowRadius,
} from './convolution-scene.ts';
import type { Dependency, Explorer } from './explorer.ts';
import { formatNumber } from './format-number.ts';
import { learnedKernelPicker, presetButtons } from './kernel-picker.ts';
import { describeWeightSum, keepsBrightness } from './preset-kernels.ts';
import { editWeight, resizeKernel } from './selected-kernel.ts';
import { clampWeight, type State } from './state.ts';
import { weightsEditor } from './weights-editor.ts';
import { animateWindow, type WindowAnimation } from './window-animation.ts';
import { showProducts } from './window-table.ts';

const DEPENDENCIES: Dependency[] = [
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

/** Duration of the animation over the whole output, in seconds. */
const SECONDS = 14;

export function convolutionFigure(explorer: Explorer): void {
  const { change } = explorer;
  const animation = convolutionAnimation(explorer, () => draw());
  const { input, output } = convolutionCanvases(explorer, (row, column) => {
    animation.stop();
    change({ at: [row, column] });
  });
  const editor = weightsEditor(find('#weights'), (index, value) =>
    change(editWeight(convolutionScene(explorer).kernel, index, value)),
  );
  listenToControls(explorer);
  presetButtons(explorer, find('#presets'));
  learnedKernelPicker(explorer);

  function draw(): void {
    const scene = convolutionScene(explorer);
    editor.show(scene.kernel);
    drawPlanes(scene, input, output, animation);
    showSum(scene);
    showShapes(scene);
    showControls(explorer);
    setText(find('#kernel-note'), describeWeightSum(scene.kernel, scene.bias));
  }
  explorer.watch(find('#convolution .figure'), DEPENDENCIES, draw);
}

function convolutionAnimation(explorer: Explorer, toggled: () => void): WindowAnimation {
  const count = () => convolutionScene(explorer).output.data.length;
  return animateWindow({
    button: find('#convolution-play', HTMLButtonElement),
    count,
    pace: () => count() / SECONDS,
    position: () => {
      const { at, output } = convolutionScene(explorer);
      return at[0] * output.width + at[1];
    },
    moveTo: (position) => {
      const { width } = convolutionScene(explorer).output;
      explorer.change({ at: [Math.floor(position / width), position % width] });
    },
    toggled,
  });
}

/** @param select receives the output pixel that the visitor selects on either canvas */
function convolutionCanvases(explorer: Explorer, select: (row: number, column: number) => void) {
  const selected = () => convolutionScene(explorer).at;
  const describe = () => {
    const [row, column] = selected();
    return `row ${row}, column ${column}: ${formatNumber(sumAt(convolutionScene(explorer)).value)}`;
  };
  const output = planeCanvas(canvasIn('#convolution-output'), {
    label: 'Pixel of the output',
    selected,
    describe,
    select,
  });
  const input = planeCanvas(canvasIn('#convolution-input'), {
    label: 'Position of the kernel on the input',
    selected: () => windowCentre(convolutionScene(explorer)),
    describe,
    select: (row, column) => select(...outputAt(convolutionScene(explorer), row, column)),
  });
  return { input, output };
}

function drawPlanes(
  scene: ConvolutionScene,
  inputCanvas: PlaneCanvas,
  outputCanvas: PlaneCanvas,
  { isRunning }: WindowAnimation,
): void {
  const { input, output, layer, padding, at } = scene;
  const [row, column] = at;
  const size = layer.kernelSize;
  const extent = { width: input.width + 2 * padding, height: input.height + 2 * padding };
  const window = { y: row * layer.stride, x: column * layer.stride, height: size, width: size };
  inputCanvas.draw({
    plane: input,
    palette: grey(),
    offset: padding,
    extent,
    hatched: true,
    outlines: [window],
  });
  // The output has cells of the input's size, so that it looks as small as it is. With stride 1, each output pixel lies where the
  // centre of its window lies on the input.
  const offset =
    layer.stride === 1
      ? windowRadius(scene)
      : Math.floor(Math.min(extent.width - output.width, extent.height - output.height) / 2);
  outputCanvas.draw({
    plane: output,
    palette: isShownInGrey(scene) ? grey() : signed(maxAbs(output.data)),
    offset,
    extent,
    outlines: [{ y: row + offset, x: column + offset, height: 1, width: 1 }],
    ...(isRunning && { visibleCells: row * output.width + column + 1 }),
  });
}

const isShownInGrey = ({ kernel, bias }: ConvolutionScene): boolean => keepsBrightness(kernel) && bias === 0;

function showSum(scene: ConvolutionScene): void {
  const { kernel, bias } = scene;
  const { windows, value } = sumAt(scene);
  const palette = signed(Math.max(1, maxAbs(kernel)) * 0.8);
  showProducts(find('#products'), windows[0].inputs, kernel, palette);
  const [sumText, biasText, valueText] = [windows[0].sum, bias, value].map((n) => formatNumber(n, 3));
  setText(find('#sum'), `${sumText} + bias ${biasText} = ${valueText}`);
}

function showShapes(scene: ConvolutionScene): void {
  const { input, output, layer, padding } = scene;
  const [heightFormula, widthFormula] = [input.height, input.width].map((size) =>
    sizeFormula(size, layer.kernelSize, layer.stride, padding),
  );
  const formula =
    input.height === input.width ? heightFormula : `rows ${heightFormula}, columns ${widthFormula}`;
  const [inputShape, outputShape] = [input, output].map(({ height, width }) => `[1, ${height}, ${width}]`);
  setText(find('#convolution-shape'), `Output size: ${formula}, so the shape is ${outputShape}`);
  setText(
    find('#convolution-input .note'),
    `${inputShape}${padding ? `, with ${padding} ${padding === 1 ? 'pixel' : 'pixels'} of zeros on each side` : ''}`,
  );
  const colours = isShownInGrey(scene)
    ? 'black is 0, white is 1'
    : `orange is negative, blue is positive; full colour at ±${formatNumber(maxAbs(output.data))}`;
  setText(find('#convolution-output .note'), `${outputShape}: ${colours}`);
}

function listenToControls(explorer: Explorer): void {
  const { change } = explorer;
  onChoice('size', (size) => change(resizeKernel(explorer.state, explorer.model, Number(size))));
  onChoice('stride', (stride) => change({ stride: Number(stride) }));
  onChoice('padding', (padding) => change({ padding: Number(padding) }));
  onChoice('source', (source) => change({ source: source as 'network' | 'photo' }));
  const bias = find('#bias', HTMLInputElement);
  bias.addEventListener(
    'input',
    () => Number.isFinite(bias.valueAsNumber) && change({ bias: clampWeight(bias.valueAsNumber) }),
  );
  // A value that is no number, or too large, does not stay.
  bias.addEventListener('blur', () => showBias(bias, explorer.state));
}

function showControls({ state, picture }: Explorer): void {
  for (const name of ['size', 'stride', 'padding', 'source'] as const) choose(name, `${state[name]}`);
  const photo = find('input[name="source"][value="photo"]', HTMLInputElement);
  photo.disabled = !picture.grey;
  if (!picture.grey) choose('source', 'network');
  const bias = find('#bias', HTMLInputElement);
  if (document.activeElement !== bias) showBias(bias, state);
}

function showBias(field: HTMLInputElement, { bias }: State): void {
  field.value = `${Number(bias.toFixed(4))}`;
}
