/** @file Builds the decoder of a format from its header parser and its codec. */
import type { PhotoWarning } from '../photo-warnings.ts';
import { TURN_MS } from '../turn.ts';
import type { Codec } from './codec.ts';
import { type DecodeCost, estimateCost, MAX_IMAGE_MS } from './cost.ts';
import type { EstimatingDecoder } from './decoder.ts';
import { FORMAT_NAMES, type ImageFormat } from './format.ts';
import { damaged, ImageError } from './image-error.ts';
import { checkSize, MAX_PIXELS } from './limits.ts';
import { withMemory } from './memory.ts';
import { displayedSize, type Orientation, orient } from './orientation.ts';
import { type Pace, paceOf } from './pace.ts';
import type { Pixels, Size } from './pixels.ts';

/** The parts of a decoder that depend on the format. */
interface Format<Header extends Size> {
  name: ImageFormat;
  /** @throws ImageError */
  readHeader(bytes: Uint8Array): Header;
  decode: Codec<Header>;
  cost(header: Header): DecodeCost;
  /** Limit on the pixels of this file. Default: MAX_PIXELS of the format. */
  maxPixels?(header: Header): number;
  /** The size at which the file is decoded for a reader that needs a longest edge of `edge` pixels. Default: the size in its header. */
  decodedSize?(header: Header, edge?: number): Size;
  /** Transformations of the decoded pixels into the displayed ones, in order. */
  orientations?(header: Header): Orientation[];
  /** What the person who sent the image should know. */
  warnings?(header: Header): PhotoWarning[];
}

/** Creates a decoder for files of one format. It checks a file's header before it decodes the file. */
export function fileDecoder<Header extends Size>(format: Format<Header>): EstimatingDecoder {
  /** Headers of files whose cost was estimated, for their decoding: to find the end of a large JPEG takes a millisecond. */
  const known = new WeakMap<Uint8Array, Header>();
  /** @throws ImageError */
  function readHeader(bytes: Uint8Array): Header {
    const header = format.readHeader(bytes);
    if (header.width === 0 || header.height === 0) throw damaged('its header declares no pixels');
    checkSize(header, format.maxPixels?.(header) ?? MAX_PIXELS[format.name], FORMAT_NAMES[format.name]);
    return header;
  }
  const costOf = (header: Header, bytes: Uint8Array) =>
    estimateCost(header, bytes.length, format.cost(header));
  return {
    async decode(bytes, use, { edge, turn } = {}) {
      const header = known.get(bytes) ?? readHeader(bytes);
      const cost = costOf(header, bytes);
      checkCost(cost);
      const isLarge = turn !== undefined && cost > TURN_MS;
      return withMemory(isLarge, async (step) => {
        const ownTurn = turn && (() => turn(step).then(step));
        // Otherwise large images of several requests would be decoded one directly after the other.
        if (isLarge) await ownTurn?.();
        return use(await decodeChecked(format, bytes, header, paceOf(cost, ownTurn), edge));
      });
    },
    async cost(bytes) {
      try {
        const header = readHeader(bytes);
        known.set(bytes, header);
        return costOf(header, bytes);
      } catch {
        // `decode` rejects these bytes with the same error.
        return 0;
      }
    },
  };
}

/** @throws ImageError when an image would take too long */
function checkCost(cost: number): void {
  if (cost <= MAX_IMAGE_MS) return;
  const actual = Math.ceil(cost);
  throw new ImageError(
    'too-large',
    {
      what: 'the image takes too long to decode',
      expected: `at most ${MAX_IMAGE_MS} ms`,
      got: `about ${actual} ms`,
      next: 'Scale the image down, or save it with less quality.',
    },
    { limit: MAX_IMAGE_MS, actual },
  );
}

async function decodeChecked<Header extends Size>(
  format: Format<Header>,
  bytes: Uint8Array,
  header: Header,
  pace: Pace,
  edge?: number,
): Promise<Pixels> {
  const size = format.decodedSize?.(header, edge) ?? header;
  let decoded: Pixels | undefined;
  try {
    decoded = await format.decode(bytes, header, size, pace);
  } catch (cause) {
    if (cause instanceof ImageError || cause === pace.interruption) throw cause;
    throw damaged(DAMAGED_DATA, cause);
  }
  if (!decoded) throw damaged(DAMAGED_DATA);
  if (decoded.width !== size.width || decoded.height !== size.height)
    throw damaged('its decoded size differs from the size in its header');
  const orientations = (format.orientations?.(header) ?? []).filter((orientation) => orientation !== 1);
  const { width, height } = header;
  return {
    ...orientations.reduce(orient, decoded),
    fullSize: orientations.reduce<Size>(displayedSize, { width, height }),
    warnings: format.warnings?.(header) ?? [],
  };
}

const DAMAGED_DATA = 'its data is damaged or cut off';
