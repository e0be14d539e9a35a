/**
 * @file Parses a JPEG's segments without decoding its image (ITU-T T.81, annex B).
 *
 * - Segment: `FF`, marker (1 byte). For most markers: length including itself (2), content.
 * - Frame header SOFn: precision (1), height (2), width (2), number of components (1). For each component: name (1), horizontal and
 *   vertical sampling factor (4 bits each), table (1).
 * - Scan header SOS: compressed data follows. In it, `FF` is followed by `00` or by a restart marker.
 */
import { hasTextAt, viewOf } from '../bytes.ts';
import { exifOrientation } from '../exif.ts';
import { damaged, ImageError } from '../image-error.ts';
import { MAX_PIXELS } from '../limits.ts';
import type { Orientation } from '../orientation.ts';
import type { Size } from '../pixels.ts';

export interface JpegHeader extends Size {
  orientation: Orientation;
  /** 1: grey. 3: YCbCr or RGB. 4: CMYK or YCCK. */
  components: 1 | 3 | 4;
  /** Limit on the pixels of this kind of JPEG. */
  maxPixels: number;
  scans: number;
  /** Number of restart markers. */
  restarts: number;
  /** Offset after the last scan. */
  end: number;
  /** Whether the end marker follows there. Without it, an incomplete scan means that the file is cut off. */
  hasEnd: boolean;
}

/** Maximum number of scans. Each one makes the decoder process all blocks again. Encoders write 10 to 18. */
const MAX_SCANS = 32;

/** Maximum bytes of coefficients. The decoder stores them for a progressive JPEG, and when a scan does not contain all components. */
const MAX_COEFFICIENT_BYTES = 75_000_000;

const SOF0 = 0xc0;
const SOF2 = 0xc2;
const SOF9 = 0xc9;
const SOF10 = 0xca;
const SOF15 = 0xcf;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;

interface Frame extends Pick<JpegHeader, 'width' | 'height' | 'components'> {
  isProgressive: boolean;
  /** Coefficients per pixel, summed over the components. */
  coefficients: number;
}

/** @throws ImageError */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  /** The contents of the scan headers. */
  const scans: Uint8Array[] = [];
  let restarts = 0;
  const isPartial = () => scans.some((scan) => frame?.isProgressive || scan[0] !== frame?.components);
  let at = nextMarker(bytes, 2);
  while (at < bytes.length) {
    const marker = bytes[at + 1] as number;
    // The image ends with its only scan, or where no further scan can follow. A trailer can replace the end marker.
    const isEnd = scans.length > 0 && !standsAlone(marker) && !(isPartial() && canPrecedeScan(marker));
    if (marker === EOI || isEnd) break;
    const end = standsAlone(marker) ? at + 2 : segmentEnd(bytes, at);
    if (end > bytes.length) {
      if (scans.length > 0) break;
      throw damaged('a segment of the JPEG is cut off');
    }
    if (isFrameHeader(marker)) frame ??= readFrame(marker, bytes.subarray(at + 4, end));
    if (marker === SOS) {
      scans.push(bytes.subarray(at + 4, end));
      checkScans(scans.length);
    }
    if (isRestart(marker)) restarts += 1;
    // Some cameras do not set the byte after the name to 0.
    if (marker === APP1 && hasTextAt(bytes, at + 4, 'Exif\0'))
      orientation ??= exifOrientation(bytes.subarray(at + 10, end));
    at = nextMarker(bytes, end);
  }
  if (!frame) throw damaged('the JPEG has no frame header');
  const hasEnd = bytes[at + 1] === EOI;
  const { width, height, components, coefficients } = frame;
  if (scans.length === 0 || (!hasEnd && new Set(scans.flatMap(begunComponents)).size < components))
    throw damaged('the JPEG is cut off');
  const maxPixels = isPartial()
    ? Math.min(MAX_PIXELS.jpeg, Math.floor(MAX_COEFFICIENT_BYTES / (2 * coefficients)))
    : MAX_PIXELS.jpeg;
  return {
    ...{ width, height, components, maxPixels, restarts, hasEnd },
    ...{ orientation: orientation ?? 1, scans: scans.length, end: at },
  };
}

/** Returns the offset after a segment. Decoders read a length below that of the length itself as an empty segment. */
function segmentEnd(bytes: Uint8Array, at: number): number {
  return at + 4 > bytes.length
    ? Number.POSITIVE_INFINITY
    : at + 2 + Math.max(2, 256 * (bytes[at + 2] as number) + (bytes[at + 3] as number));
}

/**
 * Returns the offset of the next marker at or after `from`, else the file's length. Fill bytes can precede a marker (B.1.1.2).
 */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    while (bytes[at + 1] === 0xff) at++;
    if (bytes[at + 1] ?? 0) return at;
  }
  return bytes.length;
}

/** Returns the offset of the marker after the entropy-coded data at `from`, which can contain restart markers, else the file's length. */
export function endOfScan(bytes: Uint8Array, from: number): number {
  let at = nextMarker(bytes, from);
  while (at < bytes.length && standsAlone(bytes[at + 1] as number)) at = nextMarker(bytes, at + 2);
  return at;
}

/** Returns whether a segment can be between two scans: DHT, DAC, SOS, DQT, DNL, DRI, APP0..APP15, COM. */
function canPrecedeScan(marker: number): boolean {
  return [0xc4, 0xcc, SOS, 0xdb, 0xdc, 0xdd, 0xfe].includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}

/** Returns whether a segment is its marker alone: TEM and RST0..RST7. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || isRestart(marker);
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** Returns whether a marker is one of SOF0..SOF15. C4, C8 and CC in that range are other segments. */
function isFrameHeader(marker: number): boolean {
  return marker >= SOF0 && marker <= SOF15 && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** @param segment the content of the frame header, after its length */
function readFrame(marker: number, segment: Uint8Array): Frame {
  const view = viewOf(segment);
  const components = segment[5] ?? 0;
  if (segment.length < 6 + 3 * components) throw damaged('the frame header of the JPEG is cut off');
  const precision = segment[0] as number;
  if (marker > SOF2 || precision !== 8 || (components !== 1 && components !== 3 && components !== 4)) {
    throw new ImageError('unsupported', {
      what: 'cannot read this kind of JPEG',
      expected: 'a baseline or progressive JPEG of 8 bits with 1, 3 or 4 components',
      got: `a JPEG${processOf(marker)} of ${precision} bits with ${components} components`,
      next: 'Save the image as an ordinary JPEG or as PNG.',
    });
  }
  const factors = Array.from({ length: components }, (_, i) => segment[7 + 3 * i] as number);
  const across = Math.max(...factors.map((factor) => factor >> 4));
  const down = Math.max(...factors.map((factor) => factor & 15));
  if (factors.some((factor) => factor >> 4 === 0 || (factor & 15) === 0))
    throw damaged('the JPEG has a sampling factor of 0');
  const samples = factors.reduce((sum, factor) => sum + (factor >> 4) * (factor & 15), 0);
  return {
    width: view.getUint16(3),
    height: view.getUint16(1),
    components,
    isProgressive: marker === SOF2,
    coefficients: samples / (across * down),
  };
}

/** Returns what is special about the coding process of a frame header (T.81, table B.1). */
function processOf(marker: number): string {
  if (marker <= SOF2) return '';
  if ((marker & 3) === 3) return ' with lossless coding';
  return marker === SOF9 || marker === SOF10 ? ' with arithmetic coding' : ' with hierarchical coding';
}

/** Returns the components of a scan that contains their first coefficients (B.2.3). @param segment the content of SOS */
function begunComponents(segment: Uint8Array): number[] {
  const count = segment[0] ?? 0;
  const firstCoefficient = segment[1 + 2 * count];
  if (firstCoefficient !== 0) return [];
  return Array.from({ length: count }, (_, i) => segment[1 + 2 * i] as number);
}

/** Checks each scan when it is found: a file of 10 MB can have millions, which would not fit into the memory. */
function checkScans(scans: number): void {
  if (scans <= MAX_SCANS) return;
  throw new ImageError(
    'too-large',
    {
      what: 'the JPEG takes too long to decode',
      expected: `at most ${MAX_SCANS} scans`,
      got: 'more',
      next: 'Save the image as an ordinary JPEG.',
    },
    { limit: MAX_SCANS, actual: scans },
  );
}
