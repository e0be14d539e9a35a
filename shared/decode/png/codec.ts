/**
 * @file The PNG codec: inflates the rows, undoes filters and interlacing, and converts the samples to RGBA of 8 bits. The loops over bytes
 * and pixels are WebAssembly (assembly/).
 */
import type { Codec } from '../codec.ts';
import type { Pace } from '../pace.ts';
import { colourTable, hasColourTable, transparentSamples } from './colours.ts';
import { compressedParts, type PngHeader } from './header.ts';
import { FILTER_BYTES, type Pass, passesOf } from './passes.ts';
import { INFLATE_SHARE, openWorkspace, type Workspace } from './workspace.ts';

/** @param module compiled build/png.wasm */
export const pngCodec =
  (module: WebAssembly.Module): Codec<PngHeader> =>
  async (bytes, header, _, pace) => {
    const passes = passesOf(header);
    const workspace = openWorkspace(module, header, passes, pace);
    if (!(await inflateRows(workspace, compressedParts(bytes, header), pace))) return undefined;
    if (!(await writeRows(workspace, header, passes, pace))) return undefined;
    const { rgba, placed } = workspace.planes;
    if (header.isInterlaced) placePixels(workspace, header, passes);
    const { buffer, byteOffset, length } = header.isInterlaced ? placed : rgba;
    const { width, height } = header;
    return { width, height, data: new Uint8ClampedArray(buffer, byteOffset, length) };
  };

/** zlib's header (RFC 1950, 2.2): its length, the method deflate, and the bit of a preset dictionary. */
const ZLIB = { headerBytes: 2, deflate: 8, dictionary: 0x20 };

/** Inflates the compressed pixels. Returns false when they are damaged, or are fewer than the image has. */
async function inflateRows(
  { kernels, planes }: Workspace,
  parts: Iterable<Uint8Array>,
  pace: Pace,
): Promise<boolean> {
  const { compressed, rows, tables } = planes;
  let at = 0;
  for (const part of parts) {
    compressed.set(part, at);
    at += part.length;
  }
  const [method = 0, flags = 0] = compressed;
  if ((method & 15) !== ZLIB.deflate || ((method << 8) | flags) % 31 !== 0 || flags & ZLIB.dictionary)
    return false;
  const { byteOffset, length } = compressed.subarray(ZLIB.headerBytes);
  const addresses = [rows.byteOffset, rows.length, byteOffset, length, tables.byteOffset] as const;
  return Boolean(await pace.run(kernels.u8_inflate, ...addresses));
}

/** Writes the RGBA of all rows, one after the other. Returns false when a row has an unknown filter. */
async function writeRows(
  { kernels, planes }: Workspace,
  header: PngHeader,
  passes: readonly Pass[],
  pace: Pace,
): Promise<boolean> {
  const { channels, depth } = header;
  const hasTable = hasColourTable(header);
  const transparent = transparentSamples(header);
  planes.colours.set(hasTable ? colourTable(header) : (transparent ?? []));
  const { byteOffset: colours } = planes.colours;
  let rgba = planes.rgba.byteOffset;
  let at = 0;
  for (const { columns, height, rowBytes } of passes) {
    let above = planes.zeros.byteOffset;
    for (let y = 0; y < height; y++) {
      const row = planes.rows.byteOffset + at + FILTER_BYTES;
      const filter = planes.rows[at] as number;
      if (!kernels.u8_reverse_filter(row, above, rowBytes, filter, Math.ceil((channels * depth) / 8)))
        return false;
      if (hasTable) kernels.u8_write_values(rgba, row, columns, depth, colours);
      else kernels.u8_write_samples(rgba, row, columns, channels, depth / 8, transparent ? colours : 0);
      above = row;
      at += FILTER_BYTES + rowBytes;
      rgba += 4 * columns;
      const turn = pace.spend(((1 - INFLATE_SHARE) * columns) / (header.width * header.height));
      if (turn) await turn;
    }
  }
  return true;
}

/** Puts the pixels of an interlaced image in their places. */
function placePixels(
  { kernels, planes }: Workspace,
  { width, height }: PngHeader,
  passes: readonly Pass[],
): void {
  let row = planes.rgba.byteOffset;
  for (const { left, top, across, down, columns } of passes) {
    for (let y = top; y < height; y += down) {
      kernels.u8_place(planes.placed.byteOffset + 4 * (y * width + left), row, columns, across);
      row += 4 * columns;
    }
  }
}
