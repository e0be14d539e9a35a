/**
 * @file The state of /explore and its form in the URL's fragment: `#<part>?<name>=<value>&…`. Values equal to the initial ones are
 * omitted. Browsers do not send the fragment to the server, so a link can hold the visitor's own image. The names of the state are
 * part of existing links and cannot change.
 */
import type { PhotoFlaw } from '#shared/abstention.ts';
import { IMAGE_PIXELS } from '#shared/input/garment/size.ts';
import { SEEDS } from '#shared/lab-samples.ts';
import { PRESETS } from './preset-kernels.ts';

export interface State {
  /** Id of the section in view; empty at the top of the page. */
  part: string;
  /** Name of an example, or `own` for the visitor's image. */
  image: string;
  /** The network's input for the visitor's image: bytes as base64url. Empty for an example, and for an input that is too large for a link. */
  pixels: string;
  /** Why the model declines to answer for the visitor's photo, whatever its scores; empty if it does not. */
  flaw: PhotoFlaw | '';
  /** What figure 1 shows: the network's input, or the photo in colour. */
  view: 'network' | 'colour';
  /** Selected pixel in figure 1. */
  pixel: Cell;
  /** Id of a preset, `own` for a custom kernel, or `learned-<layer>-<output channel>-<input channel>`. */
  kernel: string;
  /** Weights of the custom kernel, row by row; empty for other kernels. */
  weights: readonly number[];
  /** Kernel size of the convolution in figure 2, and its stride, padding and bias. */
  size: number;
  stride: number;
  padding: number;
  bias: number;
  /** Input of the convolution: the network's input, or the photo in grey. */
  source: 'network' | 'photo';
  /** Selected pixel of the convolution's output. */
  at: Cell;
  /** Seed of the random filters, the selected one, and the selected pixel of its output. */
  seed: number;
  filter: number;
  filterAt: Cell;
  /** Window size of the pooling in figure 3, and its stride. */
  poolSize: number;
  poolStride: number;
  /** Channel of the feature map that is pooled. */
  poolMap: number;
  /** Selected pixel of the pooling's output. */
  poolAt: Cell;
  /** Selected feature map in figure 4: index into the activations (0 is the network's input), channel, and pixel. */
  layer: number;
  map: number;
  cell: Cell;
  /** Shape of the input in the calculation of shapes, and its layers: PyTorch's without `nn.`, spaces and quotes. */
  shape: readonly number[];
  stack: string;
  /** Seed of the training images that are shown. */
  sample: number;
  /** Temperature of softmax; 0 selects the model's calibrated temperature. */
  temperature: number;
}

type Cell = readonly [row: number, column: number];

export const INITIAL: State = {
  part: '',
  image: 'ankle-boot',
  pixels: '',
  flaw: '',
  /** What figure 1 shows: the network's input, or the photo in colour. */
  view: 'network',
  pixel: [11, 13],
  kernel: 'left',
  weights: [],
  size: 3,
  stride: 1,
  padding: 1,
  bias: 0,
  /** Input of the convolution: the network's input, or the photo in grey. */
  source: 'network',
  at: [11, 12],
  seed: 42,
  filter: 2,
  filterAt: [20, 48],
  poolSize: 2,
  poolStride: 2,
  poolMap: 9,
  poolAt: [6, 5],
  layer: 3,
  map: 0,
  cell: [14, 10],
  shape: [3, 64, 64],
  stack: 'Conv2d(3,10,kernel_size=3)',
  sample: 42,
  temperature: 0,
};

/** Parses a value; undefined when the text is invalid. */
type Parser<T> = (text: string) => T | undefined;

const number =
  (low: number, high: number): Parser<number> =>
  (text) => {
    const value = Number(text);
    return text !== '' && value >= low && value <= high ? value : undefined;
  };
const integer =
  (low: number, high: number): Parser<number> =>
  (text) =>
    Number.isInteger(Number(text)) ? number(low, high)(text) : undefined;
const oneOf =
  <T>(...values: T[]): Parser<T> =>
  (text) =>
    values.find((value) => `${value}` === text);
const matching =
  (pattern: RegExp): Parser<string> =>
  (text) =>
    pattern.test(text) ? text : undefined;
/** The largest weight and the largest bias, in either direction. */
const MAX_WEIGHT = 99;

export const clampWeight = (value: number): number => Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, value));

/** A weight or a bias. */
const weight: Parser<number> = (text) => {
  const value = Number(text || NaN);
  return Number.isNaN(value) ? undefined : clampWeight(value);
};
const cell: Parser<Cell> = (text) => {
  const [row, column, ...more] = text.split(',').map((part) => integer(0, 999)(part));
  return row === undefined || column === undefined || more.length > 0 ? undefined : [row, column];
};
const shape: Parser<number[]> = (text) => {
  const sizes = text.split(',').map((part) => integer(1, 9999)(part));
  return sizes.length < 4 && sizes.every((size) => size !== undefined) ? (sizes as number[]) : undefined;
};
const weights: Parser<number[]> = (text) => {
  const values = text.split(',').map(weight);
  const isKernel = [1, 9, 25, 49].includes(values.length) && values.every((value) => value !== undefined);
  return isKernel ? (values as number[]) : undefined;
};

/** Parsers by name. They do not know the model, so the figures clamp an index that is out of range. */
const PARSERS: { [Name in keyof State]: Parser<State[Name]> } = {
  part: matching(/^[a-z]{0,16}$/),
  image: matching(/^[a-z-]{1,16}$/),
  pixels: matching(/^[\w-]+$/),
  flaw: oneOf<State['flaw']>('no-garment', 'poor-mask'),
  view: oneOf<State['view']>('network', 'colour'),
  pixel: cell,
  kernel: matching(new RegExp(`^(own|${PRESETS.map(({ id }) => id).join('|')}|learned-\\d+-\\d+-\\d+)$`)),
  weights,
  size: oneOf(1, 3, 5, 7),
  stride: oneOf(1, 2, 3),
  padding: oneOf(0, 1, 2, 3),
  bias: weight,
  source: oneOf<State['source']>('network', 'photo'),
  at: cell,
  seed: integer(0, 2 ** 32 - 1),
  filter: integer(0, 9),
  filterAt: cell,
  poolSize: oneOf(2, 3),
  poolStride: oneOf(1, 2, 3),
  poolMap: integer(0, 999),
  poolAt: cell,
  layer: integer(0, 99),
  map: integer(0, 999),
  cell,
  shape,
  stack: matching(/^[\w(),;=.:*-]{0,999}$/),
  sample: integer(0, SEEDS - 1),
  temperature: number(0.2, 5),
};

/**
 * Parses a fragment. Missing and invalid values are the initial ones.
 * @param bytes number of bytes of the network's input
 */
export function readState(fragment: string, bytes = IMAGE_PIXELS): State {
  const [part = '', query = ''] = fragment.replace(/^#/, '').split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('part', part);
  const values = Object.entries(PARSERS).flatMap(([name, parse]) => {
    const text = parameters.get(name);
    const value = text === null ? undefined : parse(text);
    return value === undefined ? [] : [[name, value] as const];
  });
  const state: State = { ...INITIAL, ...Object.fromEntries(values) };
  return state.pixels.length === Math.ceil((bytes * 8) / 6) ? state : { ...state, pixels: INITIAL.pixels };
}

/** Writes the fragment of a state, with its `#`; empty for the initial state. */
export function writeState({ part, ...rest }: State): string {
  const query = Object.entries(rest)
    .filter(([name, value]) => `${value}` !== `${INITIAL[name as keyof State]}`)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return part || query ? `#${part}${query ? `?${query}` : ''}` : '';
}
