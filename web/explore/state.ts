/**
 * @file All that can be chosen on /explore, and its place in the address: `#<part>?<name>=<value>&…`, only what is not as it is at
 * first. The fragment never leaves the browser, so that a picture of one's own may be in a link.
 */
import { IMAGE_PIXELS } from '#shared/labels.ts';

export interface State {
  /** Section that is looked at; empty for the top. */
  part: string;
  /** An example's name, or `own` with `pixels`. */
  image: string;
  /** 784 bytes of the reader's own picture as the network sees it, base64url; empty with an example. */
  pixels: string;
  view: 'network' | 'colour';
  /** Chosen pixel of the picture, [row, column]. */
  pixel: Cell;
  /** A preset's id, `own`, or `learned-<layer>-<output channel>-<input channel>`. */
  kernel: string;
  /** Weights of a kernel of one's own. */
  weights: readonly number[];
  size: number;
  stride: number;
  padding: number;
  bias: number;
  source: 'network' | 'photo';
  /** Chosen pixel of the convolution's output. */
  at: Cell;
  poolSize: number;
  poolStride: number;
  /** Feature map that is pooled. */
  poolMap: number;
  poolAt: Cell;
  /** Chosen feature map: index into the activations (0 is the input), channel, pixel. */
  layer: number;
  map: number;
  cell: Cell;
  /** 0 for the one that the model was calibrated with. */
  temperature: number;
}

type Cell = readonly [row: number, column: number];

export const INITIAL: State = {
  part: '',
  image: 'ankle-boot',
  pixels: '',
  view: 'network',
  pixel: [11, 13],
  kernel: 'left',
  weights: [],
  size: 3,
  stride: 1,
  padding: 1,
  bias: 0,
  source: 'network',
  at: [11, 12],
  poolSize: 2,
  poolStride: 2,
  poolMap: 9,
  poolAt: [6, 5],
  layer: 3,
  map: 0,
  cell: [14, 10],
  temperature: 0,
};

/** Reads a value, or says undefined when it is none. */
type Reader<T> = (text: string) => T | undefined;

const number =
  (low: number, high: number): Reader<number> =>
  (text) => {
    const value = Number(text);
    return text !== '' && value >= low && value <= high ? value : undefined;
  };
const whole =
  (low: number, high: number): Reader<number> =>
  (text) =>
    Number.isInteger(Number(text)) ? number(low, high)(text) : undefined;
const oneOf =
  <T>(...values: T[]): Reader<T> =>
  (text) =>
    values.find((value) => `${value}` === text);
const word =
  (pattern: RegExp): Reader<string> =>
  (text) =>
    pattern.test(text) ? text : undefined;
const cell: Reader<Cell> = (text) => {
  const [row, column, ...more] = text.split(',').map((part) => whole(0, 999)(part));
  return row === undefined || column === undefined || more.length > 0 ? undefined : [row, column];
};
const weights: Reader<number[]> = (text) => {
  const values = text.split(',').map((part) => number(-99, 99)(part));
  const isKernel = [1, 9, 25, 49].includes(values.length) && values.every((value) => value !== undefined);
  return isKernel ? (values as number[]) : undefined;
};

/** How each value is read; an index that the model does not have is cut to its range where it is used. */
const READERS: { [Name in keyof State]: Reader<State[Name]> } = {
  part: word(/^[a-z]{0,16}$/),
  image: word(/^[a-z-]{1,16}$/),
  pixels: word(new RegExp(`^[\\w-]{${Math.ceil((IMAGE_PIXELS * 8) / 6)}}$`)),
  view: oneOf<State['view']>('network', 'colour'),
  pixel: cell,
  kernel: word(/^(own|[a-z]{1,10}|learned-\d{1,2}-\d{1,3}-\d{1,3})$/),
  weights,
  size: oneOf(1, 3, 5, 7),
  stride: oneOf(1, 2, 3),
  padding: oneOf(0, 1, 2, 3),
  bias: number(-99, 99),
  source: oneOf<State['source']>('network', 'photo'),
  at: cell,
  poolSize: oneOf(2, 3),
  poolStride: oneOf(1, 2, 3),
  poolMap: whole(0, 999),
  poolAt: cell,
  layer: whole(0, 99),
  map: whole(0, 999),
  cell,
  temperature: number(0.2, 5),
};

/** What an address says; what it does not say, or says wrongly, is as it is at first. */
export function readState(fragment: string): State {
  const [part = '', query = ''] = fragment.replace(/^#/, '').split('?');
  const said = new URLSearchParams(query);
  said.set('part', part);
  const read = Object.entries(READERS).flatMap(([name, reader]) => {
    const text = said.get(name);
    const value = text === null ? undefined : reader(text);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...INITIAL, ...Object.fromEntries(read) };
}

/** The fragment of a state, with its `#`; empty for the initial one. */
export function writeState({ part, ...rest }: State): string {
  const said = Object.entries(rest)
    .filter(([name, value]) => `${value}` !== `${INITIAL[name as keyof State]}`)
    .map(([name, value]) => `${name}=${value}`);
  return part || said.length > 0 ? `#${part}${said.length > 0 ? `?${said.join('&')}` : ''}` : '';
}
