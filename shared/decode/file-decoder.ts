/** @file A codec and what its format's header says → a decoder that survives every file. */
import type { Codec } from './codec.ts';
import type { Decoder } from './decoder.ts';
import { FORMAT_NAMES, type ImageFormat } from './format.ts';
import { damaged, ImageError } from './image-error.ts';
import { checkSize, MAX_PIXELS } from './limits.ts';
import { type Orientation, orient } from './orientation.ts';
import type { Pixels } from './pixels.ts';

interface Size {
  width: number;
  height: number;
}

/** What the formats differ in. */
interface Format<Header extends Size> {
  name: ImageFormat;
  readHeader(bytes: Uint8Array): Header;
  instantiate(): Codec<Header> | Promise<Codec<Header>>;
  maxPixels?(header: Header): number;
  /** Refuses what the header does not tell. */
  check?(bytes: Uint8Array, header: Header): Promise<void>;
  /** The size at which the file is decoded, where it is not the stored one. */
  decodedSize?(header: Header): Size;
  turns?(header: Header): Orientation[];
}

/** An instance whose memory has grown beyond this is not kept: WebAssembly memory never shrinks. */
const KEEP_BYTES = 32 * 2 ** 20;

/** Decodes files of one format, each checked by its header before work. */
export function fileDecoder<Header extends Size>(format: Format<Header>): Decoder {
  /** The instance that the next file is decoded by. */
  let kept: Codec<Header> | undefined;

  async function decode(bytes: Uint8Array): Promise<Pixels> {
    const header = format.readHeader(bytes);
    if (header.width === 0 || header.height === 0) throw damaged('its header says that it has no pixels');
    const limit = format.maxPixels?.(header) ?? MAX_PIXELS[format.name];
    checkSize(header, limit, FORMAT_NAMES[format.name]);
    await format.check?.(bytes, header);

    const codec = kept ?? (await format.instantiate());
    // Whoever decodes owns the instance and gives it back only afterwards: one that has trapped is never met again.
    kept = undefined;
    const decoded = attempt(() => codec.decode(bytes, header));
    const isKept = codec.memoryBytes() <= KEEP_BYTES;
    if (isKept) kept = codec;
    const size = format.decodedSize?.(header) ?? header;
    if (!decoded) throw damaged('its data is damaged or cut off');
    if (decoded.width !== size.width || decoded.height !== size.height)
      throw damaged('its size contradicts its header');
    const turns = (format.turns?.(header) ?? []).filter((turn) => turn !== 1);
    // The next call of a kept instance would change what it has lent.
    if (isKept && codec.lendsPixels && turns.length === 0) return orient(decoded, 1);
    return turns.reduce(orient, decoded);
  }
  return { decode };
}

function attempt<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw damaged('its data is damaged or cut off', cause);
  }
}
