/**
 * @file Parses the items of an AVIF: its images and metadata. The box `iinf` lists the items and their types, `iloc` the extents of
 * their data (ISO/IEC 14496-12, 8.11.3 and 8.11.6).
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../image-error.ts';
import { contentOf, type IsoBox, MAX_LISTED, parseBoxes } from './boxes.ts';

export interface Item {
  /** Four characters, as a number. 0 for an item that is not in the list of types. */
  type: number;
  /** Parts of the file, or of the box `idat`. */
  extents: Uint8Array[];
}

/** Item types `av01` and `Exif`. */
export const AV01 = 0x61763031;
export const EXIF = 0x45786966;

/**
 * Returns all items that have data.
 * @param meta the boxes in `meta`
 * @throws ImageError when the boxes are invalid; RangeError when a box is cut off
 */
export function readItems(file: Uint8Array, meta: IsoBox[]): Item[] {
  const types = itemTypes(contentOf(meta, 'iinf'));
  const idat = contentOf(meta, 'idat') ?? new Uint8Array();
  const items = [...itemExtents(contentOf(meta, 'iloc'), file, idat)];
  return items.map(({ id, extents }) => ({ type: types.get(id) ?? 0, extents }));
}

/** Returns the types of the items by ID. */
function itemTypes(iinf: Uint8Array | undefined): Map<number, number> {
  if (!iinf) throw damaged('the AVIF has no list of items (iinf)');
  const start = viewOf(iinf).getUint8(0) === 0 ? 6 : 8;
  const types = new Map<number, number>();
  for (const { content } of parseBoxes(iinf.subarray(start))) {
    const view = viewOf(content);
    const [id, typeAt] = view.getUint8(0) < 3 ? [view.getUint16(4), 8] : [view.getUint32(4), 10];
    types.set(id, view.getUint32(typeAt));
  }
  return types;
}

/** Yields the extents of each item: parts of the file, or of the box `idat`. */
function* itemExtents(iloc: Uint8Array | undefined, file: Uint8Array, idat: Uint8Array) {
  if (!iloc) throw damaged('the AVIF has no locations of items (iloc)');
  const view = viewOf(iloc);
  let at = 0;
  const number = (bytes: number) => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = 256 * value + view.getUint8(at++);
    return value;
  };
  const version = number(1);
  number(3);
  const [sizes, moreSizes] = [number(1), number(1)];
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 4, sizes & 15, moreSizes >> 4];
  const indexBytes = version === 0 ? 0 : moreSizes & 15;
  const idBytes = version < 2 ? 2 : 4;
  let listed = 0;
  for (let items = number(idBytes); items > 0; items--) {
    listed += 1;
    const id = number(idBytes);
    const source = version > 0 && (number(2) & 15) === 1 ? idat : file;
    number(2);
    const base = number(baseBytes);
    const extents: Uint8Array[] = [];
    for (let count = number(2); count > 0; count--) {
      number(indexBytes);
      const start = base + number(offsetBytes);
      const length = number(lengthBytes);
      extents.push(source.subarray(start, length === 0 ? source.length : start + length));
      listed += 1;
      if (listed > 2 * MAX_LISTED) break;
    }
    if (listed > 2 * MAX_LISTED) throw damaged('the AVIF has too many items, or too many extents of items');
    yield { id, extents };
  }
}

/** Reads the bytes of an item. Copies nothing, because many items can share an extent. */
export class ItemReader {
  readonly #extents: Uint8Array[];
  #extent = 0;
  /** Offset in the extent. */
  #at = 0;
  /** Number of bytes that were read or skipped. */
  position = 0;

  constructor({ extents }: Item) {
    this.#extents = extents;
  }

  /** Returns the next byte; undefined at the end. */
  next(): number | undefined {
    let part = this.#extents[this.#extent];
    for (; part && this.#at >= part.length; part = this.#extents[++this.#extent]) this.#at -= part.length;
    this.position += 1;
    return part?.[this.#at++];
  }

  skip(bytes: number): void {
    this.#at += bytes;
    this.position += bytes;
  }
}
