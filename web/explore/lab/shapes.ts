/** @file Output shapes of stacked layers that are written as in PyTorch. Unlike the networks of the trainer, sizes may be tuples. */

type Pair = readonly [height: number, width: number];

/** A layer with its output. */
interface ShapedLayer {
  /** As it was written, without spaces at its ends. */
  text: string;
  output: readonly number[];
  parameters: number;
  /** How the output's size follows; empty for a layer that keeps it. */
  formula: string;
}

export interface Shapes {
  layers: ShapedLayer[];
  /** What is wrong with the first layer that does not fit, or cannot be read. */
  problem?: { text: string; reason: string };
}

interface Call {
  text: string;
  name: string;
  args: Map<string, string>;
}

/** Names of the arguments by position (torch/nn/modules). */
const ARGUMENTS: Record<string, readonly string[]> = {
  Conv2d: ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups', 'bias'],
  MaxPool2d: ['kernel_size', 'stride', 'padding', 'dilation', 'return_indices', 'ceil_mode'],
  AvgPool2d: ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad'],
  Linear: ['in_features', 'out_features', 'bias'],
  Flatten: ['start_dim', 'end_dim'],
  ReLU: ['inplace'],
  Dropout: ['p', 'inplace'],
};

/** Arguments that must have their default, which the calculation assumes. */
const FIXED: Record<string, string> = {
  groups: '1',
  return_indices: 'False',
  ceil_mode: 'False',
  start_dim: '1',
  end_dim: '-1',
};

/** A call such as `nn.Conv2d(3, 10, kernel_size=(3, 1))`, with at most one level of parentheses in it. A Sequential contains the calls. */
const CALL = /(?:nn\.)?\b(?!Sequential\b)([A-Za-z]\w*)\(((?:[^()]|\([^()]*\))*)\)/g;
/** A whole number with a name, such as `hidden_units = 10`. */
const NUMBER = /([\w.]+)\s*=\s*(\d+)\b/g;
/** What may be between layers: separators, names as in `self.block =`, the indices of a printed model, and what opens a Sequential. */
const BETWEEN = /\(\w+\):?|[\w.]+\s*=|(?:nn\.)?(?:Sequential\(|\w+\(\s*$)|[\s,;:()]/gm;

/**
 * Infers the shapes of layers.
 * @param text layers in the order in which they are applied, as in PyTorch's code or in a printed model
 * @param input [channels, height, width] or [features], without the batch
 */
export function shapesOf(text: string, input: readonly number[]): Shapes {
  const layers: ShapedLayer[] = [];
  let shape = input;
  const numbers = new Map<string, string>();
  /** Reads what is between layers. @returns the part that cannot be read */
  const between = (part: string) =>
    part
      .replaceAll(NUMBER, (_, name, value) => {
        numbers.set(name, value);
        return '';
      })
      .replaceAll(BETWEEN, '');
  const code = text.replaceAll(/#.*$/gm, '');
  let end = 0;
  for (const match of code.matchAll(CALL)) {
    const unread = between(code.slice(end, match.index));
    if (unread) return { layers, problem: cannotRead(unread) };
    end = match.index + match[0].length;
    const call = parseCall(match[0], match[1], match[2], numbers);
    try {
      const layer = shapedLayer(call, shape);
      layers.push(layer);
      shape = layer.output;
    } catch (error) {
      return { layers, problem: { text: call.text, reason: (error as Error).message } };
    }
  }
  const unread = between(code.slice(end));
  return unread ? { layers, problem: cannotRead(unread) } : { layers };
}

/** Parses the shape of an image or of features, as PyTorch prints it or as bare numbers. The number of images in a batch is left out. */
export function shapeIn(text: string): number[] | undefined {
  const sizes = text
    .replace('torch.Size', '')
    .replaceAll(/[[\]()\s]/g, '')
    .split(',')
    .filter(Boolean);
  const isShape = sizes.length > 0 && sizes.length < 5 && sizes.every((size) => /^[1-9]\d{0,3}$/.test(size));
  return isShape ? sizes.slice(-3).map(Number) : undefined;
}

const cannotRead = (text: string) => ({
  text,
  reason: 'This is not a layer. Write one as nn.Conv2d(3, 10, kernel_size=3), each on a line of its own.',
});

/** @param numbers values of the names that the arguments may use */
function parseCall(text: string, name: string, inside: string, numbers: ReadonlyMap<string, string>): Call {
  // Commas in a tuple do not separate arguments.
  const parts =
    inside
      .match(/(?:[^,()]|\([^()]*\))+/g)
      ?.map((part) => part.trim())
      .filter(Boolean) ?? [];
  const args = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    const [, key = ARGUMENTS[name]?.[i] ?? `argument ${i + 1}`, value] =
      /^(?:(\w+)\s*=\s*)?(.*)$/s.exec(part) ?? [];
    const known = (value ?? '')
      .replaceAll(/['"]/g, '')
      .replaceAll(/[a-z_][\w.]*/gi, (word) => numbers.get(word) ?? word);
    args.set(
      key,
      known.replaceAll(PRODUCT, (product) => `${productOf(product)}`),
    );
  }
  return { text: text.trim(), name, args };
}

/** A product such as `10*7*7`. */
const PRODUCT = /\d+(?:\s*\*\s*\d+)+/g;

const productOf = (text: string): number =>
  text.split('*').reduce((product, each) => product * Number(each), 1);

function shapedLayer(call: Call, input: readonly number[]): ShapedLayer {
  const { name, args, text } = call;
  const known = ARGUMENTS[name];
  if (!known) throw new Error(`This page knows ${Object.keys(ARGUMENTS).join(', ')}, but not ${name}.`);
  for (const [key, value] of args) {
    if (!known.includes(key)) throw new Error(`${name} has no ${key}. It has ${known.join(', ')}.`);
    const fixed = FIXED[key];
    if (fixed !== undefined && value !== fixed) throw new Error(`This page knows only ${key}=${fixed}.`);
  }
  const keep = { text, output: input, parameters: 0, formula: '' };
  switch (name) {
    case 'Conv2d':
      return convolution(call, input);
    case 'MaxPool2d':
    case 'AvgPool2d':
      return pooling(call, input);
    case 'Linear':
      return linear(call, input);
    case 'Flatten': {
      const size = input.reduce((product, each) => product * each, 1);
      return { ...keep, output: [size], formula: input.length > 1 ? `${input.join(' · ')} = ${size}` : '' };
    }
    default:
      return keep;
  }
}

function convolution({ text, args }: Call, input: readonly number[]): ShapedLayer {
  const [inChannels, outChannels] = [count(args, 'in_channels'), count(args, 'out_channels')];
  const [channels, ...size] = image(input);
  if (channels !== inChannels)
    throw new Error(
      `The input [${input.join(', ')}] has ${channels} ${channels === 1 ? 'channel' : 'channels'}, not ${inChannels}. Write nn.Conv2d(${channels}, ${outChannels}, …).`,
    );
  const kernel = pair(args, 'kernel_size');
  const stride = pair(args, 'stride', [1, 1]);
  const dilation = pair(args, 'dilation', [1, 1]);
  const word = args.get('padding');
  if (word === 'same' && Math.max(...stride) > 1) throw new Error("padding='same' needs a stride of 1.");
  const reach = [0, 1].map((i) => dilation[i] * (kernel[i] - 1) + 1) as unknown as Pair;
  const isNamed = word === 'same' || word === 'valid';
  const padding = isNamed ? ([0, 0] as const) : pair(args, 'padding', [0, 0], 0);
  const sides = padding.map((zeros, i) => (word === 'same' ? reach[i] - 1 : 2 * zeros)) as unknown as Pair;
  const { sizes, formula } = windows(size as unknown as Pair, reach, stride, sides);
  const bias = args.get('bias') === 'False' ? 0 : outChannels;
  const weights = outChannels * inChannels * kernel[0] * kernel[1];
  return { text, output: [outChannels, ...sizes], parameters: weights + bias, formula };
}

function pooling({ text, args }: Call, input: readonly number[]): ShapedLayer {
  const [channels, ...size] = image(input);
  const kernel = pair(args, 'kernel_size');
  const stride = args.get('stride') === 'None' ? kernel : pair(args, 'stride', kernel);
  const padding = pair(args, 'padding', [0, 0], 0);
  if (padding.some((zeros, i) => zeros > kernel[i] / 2))
    throw new Error('The padding may be at most half of the window.');
  const dilation = pair(args, 'dilation', [1, 1]);
  const reach = [0, 1].map((i) => dilation[i] * (kernel[i] - 1) + 1) as unknown as Pair;
  const sides = padding.map((zeros) => 2 * zeros) as unknown as Pair;
  const { sizes, formula } = windows(size as unknown as Pair, reach, stride, sides);
  return { text, output: [channels, ...sizes], parameters: 0, formula };
}

function linear({ text, args }: Call, input: readonly number[]): ShapedLayer {
  const [inFeatures, outFeatures] = [count(args, 'in_features'), count(args, 'out_features')];
  const last = input[input.length - 1];
  if (last !== inFeatures) {
    const size = input.reduce((product, each) => product * each, 1);
    const next = `nn.Linear(${size}, ${outFeatures})`;
    throw new Error(
      input.length > 1
        ? `The last size of [${input.join(', ')}] is not ${inFeatures}. Write nn.Flatten() before it, then ${next}.`
        : `The input has ${last} values, not ${inFeatures}. Write ${next}.`,
    );
  }
  const bias = args.get('bias') === 'False' ? 0 : outFeatures;
  return {
    text,
    output: [...input.slice(0, -1), outFeatures],
    parameters: inFeatures * outFeatures + bias,
    formula: '',
  };
}

/** Returns the number of windows in each direction, and how it is computed. @param sides zeros on both sides together */
function windows(size: Pair, reach: Pair, stride: Pair, sides: Pair): { sizes: number[]; formula: string } {
  const sizes = size.map((each, i) => Math.floor((each + sides[i] - reach[i]) / stride[i]) + 1);
  if (Math.min(...sizes) < 1) {
    const padded = size.map((each, i) => each + sides[i]);
    throw new Error(`The window of ${reach.join(' × ')} is larger than its input of ${padded.join(' × ')}.`);
  }
  const [rows, columns] = sizes.map(
    (count, i) => `⌊(${size[i]} + ${sides[i]} − ${reach[i]}) / ${stride[i]}⌋ + 1 = ${count}`,
  );
  return { sizes, formula: rows === columns ? rows : `rows ${rows}; columns ${columns}` };
}

function image(input: readonly number[]): readonly number[] {
  if (input.length === 3) return input;
  throw new Error(`This layer needs [channels, height, width], not [${input.join(', ')}].`);
}

function count(args: Call['args'], name: string): number {
  const [size] = sizes(args, name, 1) ?? [];
  if (size !== undefined) return size;
  throw new Error(`${name} is missing.`);
}

/** Returns a number as a pair, or the pair (height, width). */
function pair(args: Call['args'], name: string, fallback?: Pair, least = 1): Pair {
  const [height, width = height] = sizes(args, name, least) ?? fallback ?? [];
  if (height !== undefined && width !== undefined) return [height, width];
  throw new Error(`${name} is missing.`);
}

function sizes(args: Call['args'], name: string, least: number): number[] | undefined {
  const text = args.get(name);
  if (text === undefined) return undefined;
  const isTuple = /^\(.*\)$/.test(text);
  const numbers = (isTuple ? text.slice(1, -1).split(',') : [text])
    .map((part) => part.trim())
    .filter(Boolean);
  const isFit =
    numbers.length === (isTuple ? 2 : 1) &&
    numbers.every((part) => /^\d{1,6}$/.test(part) && Number(part) >= least);
  if (isFit) return numbers.map(Number);
  throw new Error(
    `${name}=${text}: expected a whole number of at least ${least}, or a tuple (height, width).`,
  );
}
