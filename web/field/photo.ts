/** @file Reads the visitor's file and prepares the photo that is uploaded and shown: upright, and scaled down when it is large. */
import { detectFormat } from '#shared/decode/format.ts';
import { isTooNarrow } from '#shared/decode/limits.ts';
import type { Problem } from './state.ts';

/**
 * Longest edge of an uploaded photo, in pixels. The photo pipeline scales it to 192 pixels. JPEG artefacts at
 * 1024 pixels are too small to affect it.
 */
const MAX_EDGE = 1024;

/** A photo that is scaled down to a shorter edge than this, in pixels, may have too few of them for its model. */
const NARROW_EDGE = 512;

/** Such a photo keeps this many pixels for each pixel of the model's input, along each edge. */
const PIXELS_PER_INPUT = 2;

/** An upright file of at most this many bytes and MAX_EDGE pixels is uploaded unchanged. */
const SMALL_BYTES = 500_000;

/** JPEG quality for `HTMLCanvasElement.toBlob`. */
const QUALITY = 0.9;

/** Largest file that the field opens, in bytes. With a larger one the browser could run out of memory. */
const MAX_BYTES = 60_000_000;

/** The size that a model scales a photo to. `cover` fills it, `contain` fits into it. */
export interface Frame {
  width: number;
  height: number;
  mode: 'cover' | 'contain';
}

export interface Photo {
  /** The file that is classified. The endpoint and this device get the same bytes. */
  file: File;
  /** The image for the preview. */
  bitmap: ImageBitmap;
}

/** Thrown when the browser cannot use the file as a photo. */
export class PhotoError extends Error {
  readonly problem: Problem;
  constructor(
    type: 'unreadable' | 'heic' | 'file-too-large' | 'too-narrow' | 'unprocessable',
    cause?: unknown,
  ) {
    super(`cannot use the file: ${type}`, { cause });
    this.problem = { type, detail: this.message, retryable: type === 'unprocessable' };
  }
}

/**
 * Decodes a file in any format that the browser supports, and turns it upright by its metadata. A photo that is large, or in a format
 * that the endpoint does not support, is converted to JPEG.
 * @param frameOf returns the frame of the model; undefined for the photo pipeline. Called only for a narrow photo
 * @throws PhotoError
 */
export async function readPhoto(file: Blob, frameOf: () => Promise<Frame | undefined>): Promise<Photo> {
  if (file.size > MAX_BYTES) throw new PhotoError('file-too-large');
  // Reading fails when the file was deleted or changed after the visitor chose it.
  const bytes = await file.slice(0, 4096).arrayBuffer().catch(throwPhotoError('unreadable'));
  const head = new Uint8Array(bytes);
  const full = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(
    throwPhotoError(isHeic(head) ? 'heic' : 'unreadable'),
  );
  if (isTooNarrow(full)) throw new PhotoError('too-narrow');
  const least = MAX_EDGE / Math.max(full.width, full.height);
  const isNarrow = least < 1 && least * Math.min(full.width, full.height) < NARROW_EDGE;
  const frame = isNarrow ? await frameOf() : undefined;
  const scale = frame ? Math.max(least, scaleFor(full, frame)) : least;
  if (scale >= 1 && file.size <= SMALL_BYTES && detectFormat(head)) {
    return { file: asFile(file, nameOf(file)), bitmap: full };
  }
  return convert(full, scale, nameOf(file)).catch(throwPhotoError('unprocessable'));
}

/** Returns the factor with which a photo still has enough pixels for the frame. */
function scaleFor(photo: ImageBitmap, { width, height, mode }: Frame): number {
  const edges = [width / photo.width, height / photo.height] as const;
  return PIXELS_PER_INPUT * (mode === 'cover' ? Math.max(...edges) : Math.min(...edges));
}

async function convert(full: ImageBitmap, scale: number, name: string): Promise<Photo> {
  const bitmap = scale < 1 ? await scaleDown(full, scale) : full;
  return { file: asFile(await toJpeg(bitmap), name.replace(/(\.\w+)?$/, '.jpg')), bitmap };
}

const throwPhotoError =
  (type: ConstructorParameters<typeof PhotoError>[0]) =>
  (cause: unknown): never => {
    throw new PhotoError(type, cause);
  };

async function scaleDown(full: ImageBitmap, scale: number): Promise<ImageBitmap> {
  const [resizeWidth, resizeHeight] = [full.width, full.height].map((edge) =>
    Math.max(1, Math.round(edge * scale)),
  ) as [number, number];
  const small = await createImageBitmap(full, { resizeWidth, resizeHeight, resizeQuality: 'high' });
  full.close();
  return small;
}

/** @throws Error when the browser has not enough memory */
async function toJpeg(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  // The endpoint puts transparent images on white, too. On an empty canvas they would turn black.
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  const jpeg = await new Promise<Blob | null>((settle) => canvas.toBlob(settle, 'image/jpeg', QUALITY));
  if (!jpeg) throw new Error('cannot convert the photo to JPEG');
  return jpeg;
}

const nameOf = (file: Blob): string => (file instanceof File ? file.name : 'photo');

const asFile = (bytes: Blob, name: string): File => new File([bytes], name, { type: bytes.type });

/** ISO/IEC 23008-12: brands of High Efficiency image files. */
const isHeic = (head: Uint8Array): boolean =>
  /^ftyp(he[ivc]|mif1|msf1)/.test(String.fromCharCode(...head.subarray(4, 12)));
