/** @file Builds the decoder of a format from its header parser and its codec. A damaged file does not affect the next one. */
import type { Codec } from './codec.ts';
import type { Decoder } from './decoder.ts';
import { FORMAT_NAMES, type ImageFormat } from './format.ts';
import { damaged, ImageError } from './image-error.ts';
import { checkSize, MAX_PIXELS } from './limits.ts';
import { type Orientation, orient } from './orientation.ts';
import type { Pixels, Size } from './pixels.ts';

/** The parts of a decoder that depend on the format. */
interface Format<Header extends Size> {
  name: ImageFormat;
  /** @throws ImageError */
  readHeader(bytes: Uint8Array): Header;
  instantiate(): Codec<Header> | Promise<Codec<Header>>;
  /** Limit on the pixels of this file. Default: MAX_PIXELS of the format. */
  maxPixels?(header: Header): number;
  /** Checks that need more than the header. @throws ImageError */
  check?(bytes: Uint8Array, header: Header): Promise<void>;
  /** The size at which the file is decoded. Default: the size in its header. */
  decodedSize?(header: Header): Size;
  /** Transformations of the decoded pixels into the displayed ones, in order. */
  orientations?(header: Header): Orientation[];
}

/** An instance with more memory than this is not reused, because WebAssembly memory never shrinks. */
const MAX_REUSED_BYTES = 32 * 2 ** 20;

/** Creates a decoder for files of one format. It checks a file's header before it decodes the file. */
export function fileDecoder<Header extends Size>(format: Format<Header>): Decoder {
  /** The instance that decodes the next file. */
  let idle: Codec<Header> | undefined;

  async function decode(bytes: Uint8Array): Promise<Pixels> {
    const header = format.readHeader(bytes);
    if (header.width === 0 || header.height === 0) throw damaged('its header declares no pixels');
    const limit = format.maxPixels?.(header) ?? MAX_PIXELS[format.name];
    checkSize(header, limit, FORMAT_NAMES[format.name]);
    await format.check?.(bytes, header);

    const codec = idle ?? (await format.instantiate());
    // The instance is taken and given back only after success, so an instance that has trapped is never reused.
    idle = undefined;
    const decoded = asDamage(() => codec.decode(bytes, header));
    const isReused = codec.memoryBytes() <= MAX_REUSED_BYTES;
    if (isReused) idle = codec;
    const size = format.decodedSize?.(header) ?? header;
    if (!decoded) throw damaged(DAMAGED_DATA);
    if (decoded.width !== size.width || decoded.height !== size.height)
      throw damaged('its decoded size differs from the size in its header');
    const orientations = (format.orientations?.(header) ?? []).filter((orientation) => orientation !== 1);
    // A view of a reused instance's memory would change with its next call: return a copy.
    if (isReused && codec.returnsView && orientations.length === 0) return orient(decoded, 1);
    return orientations.reduce(orient, decoded);
  }
  return { decode };
}

const DAMAGED_DATA = 'its data is damaged or cut off';

/** Rethrows any error but an ImageError as damage. */
function asDamage<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw damaged(DAMAGED_DATA, cause);
  }
}
