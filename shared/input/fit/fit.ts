/**
 * @file Prepares any picture for a network by scaling it. Unlike the photo pipeline, it looks for no object.
 *
 * The bytes are those of torchvision on Pillow images: `Resize`, which calls Pillow's antialiased `BILINEAR`, then `CenterCrop` or
 * padding. The computation uses integers, so every JavaScript engine computes the same bytes.
 */
import type { Pixels, Size } from '../../decode/pixels.ts';
import type { Shape } from '../../model/spec.ts';
import { scaleColumns, scaleRows, triangleFilter } from './resample.ts';

/** Version of the preparation. It changes whenever a result changes. A manifest names the version that its model was made for. */
export const FIT_VERSION = 1;

/** `cover` fills the frame and crops what lies beyond it. `contain` keeps the whole picture and pads it to the frame. */
export type FitMode = 'cover' | 'contain';

export interface Frame {
  /** [channels, height, width] of the frame. One channel is grey; three are red, green and blue. */
  shape: Shape;
  mode: FitMode;
}

/** Transparent pixels and padding are white. */
const WHITE = 255;

/**
 * Scales a picture to the frame of a network.
 * @returns bytes, [channels, height, width]
 */
export function fitPicture(pixels: Pixels, { shape, mode }: Frame): Uint8Array {
  const [channels, height, width] = shape as [number, number, number];
  const { scaled, visible, cropped, padded } = placementOf(pixels, { width, height }, mode);
  const columns = triangleFilter(pixels.width, scaled.width, cropped.left, visible.width);
  const rows = triangleFilter(pixels.height, scaled.height, cropped.top, visible.height);
  const last = visible.height - 1;
  const from = rows.first[0] as number;
  const count = (rows.first[last] as number) + (rows.taps[last] as number) - from;

  const row = new Uint8Array(channels * pixels.width);
  const rowBytes = channels * visible.width;
  const narrow = new Uint8Array(count * rowBytes);
  for (let y = 0; y < count; y++) {
    readRow(pixels, from + y, channels, row);
    scaleColumns(columns, row, channels, narrow, y * rowBytes);
  }
  const small = new Uint8Array(visible.height * rowBytes);
  scaleRows(rows, narrow, from, rowBytes, small);

  const fitted = new Uint8Array(channels * height * width).fill(WHITE);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < visible.height; y++) {
      const to = (c * height + padded.top + y) * width + padded.left;
      const at = y * rowBytes + c;
      for (let x = 0; x < visible.width; x++) fitted[to + x] = small[at + x * channels] as number;
    }
  }
  return fitted;
}

interface Placement {
  /** Size of the whole scaled picture. */
  scaled: Size;
  /** Size of its part in the frame. */
  visible: Size;
  /** Columns and rows that are cropped before that part. */
  cropped: { left: number; top: number };
  /** Columns and rows of padding before that part. */
  padded: { left: number; top: number };
}

function placementOf({ width, height }: Size, frame: Size, mode: FitMode): Placement {
  const isWide = width * frame.height > height * frame.width;
  // torchvision truncates the edge that follows from the other one.
  const scaled =
    isWide === (mode === 'contain')
      ? { width: frame.width, height: Math.floor((frame.width * height) / width) }
      : { width: Math.floor((frame.height * width) / height), height: frame.height };
  const axis = (edge: 'width' | 'height') => {
    // A truncated edge can be 0, or one pixel less than a frame that is no square.
    const size = mode === 'cover' ? Math.max(frame[edge], scaled[edge]) : Math.max(1, scaled[edge]);
    const beyond = size - frame[edge];
    return {
      size,
      visible: Math.min(size, frame[edge]),
      cropped: Math.max(0, halfToEven(beyond)),
      padded: Math.max(0, Math.floor(-beyond / 2)),
    };
  };
  const [x, y] = [axis('width'), axis('height')];
  return {
    scaled: { width: x.size, height: y.size },
    visible: { width: x.visible, height: y.visible },
    cropped: { left: x.cropped, top: y.cropped },
    padded: { left: x.padded, top: y.padded },
  };
}

/** Returns half of a whole number, rounded as Python's `round` does, with which torchvision crops. */
const halfToEven = (n: number): number => (n % 4 === 1 ? (n - 1) / 2 : Math.ceil(n / 2));

/** Reads row `y`, on white, as [width, channels]. Grey is the luma of ITU-R BT.601 with Pillow's weights. */
function readRow({ width, data }: Pixels, y: number, channels: number, row: Uint8Array): void {
  let at = 4 * y * width;
  for (let i = 0; i < row.length; i += channels, at += 4) {
    const alpha = data[at + 3] as number;
    const red = onWhite(data[at] as number, alpha);
    const green = onWhite(data[at + 1] as number, alpha);
    const blue = onWhite(data[at + 2] as number, alpha);
    if (channels === 1) {
      row[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
    } else {
      row[i] = red;
      row[i + 1] = green;
      row[i + 2] = blue;
    }
  }
}

const onWhite = (value: number, alpha: number): number =>
  alpha === 255 ? value : WHITE + Math.round((alpha * (value - WHITE)) / 255);
