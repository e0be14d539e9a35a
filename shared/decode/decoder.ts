/** @file Bytes of an image file → pixels; the same code in the trainer, the Worker and the browser. */
import { instantiateAvif } from './avif/codec.ts';
import { type AvifHeader, readAvifHeader } from './avif/header.ts';
import type { Codec } from './codec.ts';
import { FORMAT_NAMES, formatOf, type ImageFormat } from './format.ts';
import { gifCodec } from './gif/codec.ts';
import { type GifHeader, readGifHeader } from './gif/header.ts';
import { damaged, ImageError } from './image-error.ts';
import { instantiateJpeg, reducedSize } from './jpeg/codec.ts';
import { type JpegHeader, readJpegHeader } from './jpeg/header.ts';
import { checkSize, MAX_PIXELS } from './limits.ts';
import { type Orientation, orient } from './orientation.ts';
import type { Pixels } from './pixels.ts';
import { refuseBomb } from './png/bomb.ts';
import { instantiatePng } from './png/codec.ts';
import { type PngHeader, readPngHeader } from './png/header.ts';
import { instantiateWebp } from './webp/codec.ts';
import { readWebpHeader, type WebpHeader } from './webp/header.ts';

/** The decoders that are WebAssembly. */
type WasmFormat = Exclude<ImageFormat, 'gif'>;

/** The compiled decoders. workerd compiles what is imported statically; elsewhere `compileDecoders` does it. */
export type DecoderModules = Record<WasmFormat, WebAssembly.Module>;

/** Where the decoders lie, as module specifiers. */
const WASM_FILES: Record<WasmFormat, string> = {
  jpeg: '@cwasm/jpeg-turbo/jpeg-turbo.wasm',
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
  avif: '@jsquash/avif/codec/dec/avif_dec.wasm',
};

/**
 * Compiles the decoders, where a platform lets programs do so (Node, browsers).
 * @param read gives the bytes of a module specifier's file
 */
export async function compileDecoders(
  read: (specifier: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<DecoderModules> {
  const compile = async (format: WasmFormat) => WebAssembly.compile(await read(WASM_FILES[format]));
  const [jpeg, png, webp, avif] = await Promise.all([
    compile('jpeg'),
    compile('png'),
    compile('webp'),
    compile('avif'),
  ]);
  return { jpeg, png, webp, avif };
}

export interface Decoder {
  /**
   * Decodes a JPEG, PNG, WebP, AVIF or GIF, told apart by their first bytes. Of an animation the first frame counts. The image
   * is turned as its metadata says (Exif in JPEG and PNG, AVIF's own properties); colour profiles are ignored. A large JPEG is
   * decoded at a reduced scale.
   * @throws ImageError, and nothing else, whatever the bytes are
   */
  decode(bytes: Uint8Array): Promise<Pixels>;
}

interface Headers {
  jpeg: JpegHeader;
  png: PngHeader;
  webp: WebpHeader;
  avif: AvifHeader;
  gif: GifHeader;
}

/** What the formats differ in. */
interface Format<Header> {
  /** The instance that the next file is decoded by. */
  kept?: Codec<Header> | undefined;
  readHeader(bytes: Uint8Array): Header;
  instantiate(): Codec<Header> | Promise<Codec<Header>>;
  maxPixels?(header: Header): number;
  /** Refuses what the header does not tell. */
  check?(bytes: Uint8Array, header: Header): Promise<void>;
  /** The size at which the file is decoded, where it is not the stored one. */
  decodedSize?(header: Header): { width: number; height: number };
  turns?(header: Header): Orientation[];
}

/** An instance whose memory has grown beyond this is not kept: WebAssembly memory never shrinks. */
const KEEP_BYTES = 32 * 2 ** 20;

export function createDecoder(modules: DecoderModules): Decoder {
  const formats: { [F in ImageFormat]: Format<Headers[F]> } = {
    jpeg: {
      readHeader: readJpegHeader,
      instantiate: () => instantiateJpeg(modules.jpeg),
      maxPixels: (header) => header.maxPixels,
      decodedSize: reducedSize,
      turns: (header) => [header.orientation],
    },
    png: {
      readHeader: readPngHeader,
      instantiate: () => instantiatePng(modules.png),
      check: refuseBomb,
      turns: (header) => [header.orientation],
    },
    webp: { readHeader: readWebpHeader, instantiate: () => instantiateWebp(modules.webp) },
    avif: {
      readHeader: readAvifHeader,
      instantiate: () => instantiateAvif(modules.avif),
      turns: (header) => header.turns,
    },
    gif: { readHeader: readGifHeader, instantiate: () => gifCodec },
  };

  async function decodeAs<F extends ImageFormat>(name: F, bytes: Uint8Array): Promise<Pixels> {
    const format: Format<Headers[F]> = formats[name];
    const header = format.readHeader(bytes);
    if (header.width === 0 || header.height === 0) throw damaged('its header says that it has no pixels');
    checkSize(header, format.maxPixels?.(header) ?? MAX_PIXELS[name], FORMAT_NAMES[name]);
    await format.check?.(bytes, header);

    const codec: Codec<Headers[F]> = format.kept ?? (await format.instantiate());
    // Whoever decodes owns the instance and gives it back only afterwards: one that has trapped is never met again.
    format.kept = undefined;
    const decoded = attempt(() => codec.decode(bytes, header));
    const isKept = codec.memoryBytes() <= KEEP_BYTES;
    if (isKept) format.kept = codec;
    const size = format.decodedSize?.(header) ?? header;
    if (!decoded) throw damaged('its data is damaged or cut off');
    if (decoded.width !== size.width || decoded.height !== size.height)
      throw damaged('its size contradicts its header');
    const turns = (format.turns?.(header) ?? []).filter((turn) => turn !== 1);
    // The next call of a kept instance would change what it has lent.
    if (isKept && codec.lendsPixels && turns.length === 0) return orient(decoded, 1);
    return turns.reduce(orient, decoded);
  }
  return { decode: async (bytes) => decodeAs(formatOf(bytes), bytes) };
}

function attempt<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw damaged('its data is damaged or cut off', cause);
  }
}
