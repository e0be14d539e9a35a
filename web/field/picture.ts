/** @file A file that somebody has picked → the picture that is classified and shown: upright, and no larger than it need be. */
import { detectFormat } from '#shared/decode/format.ts';
import type { Problem } from './state.ts';

/** Longest edge of what is sent, in pixels: the pipeline looks at 192, and a JPEG's artefacts are below that at this size. */
const MAX_EDGE = 1024;

/** A file up to this many bytes, upright as it is and no larger than MAX_EDGE, is sent as it is. */
const SMALL_BYTES = 500_000;

/** What canvas is asked for. */
const QUALITY = 0.9;

/** Beyond this a file is no photo, and a browser that opened it could run out of memory. */
const MAX_BYTES = 60_000_000;

export interface Picture {
  /** What is classified, the same bytes by the endpoint or on this device. */
  file: File;
  /** The same for people. */
  bitmap: ImageBitmap;
}

/** A file that is no picture for this browser. */
export class Unreadable extends Error {
  readonly problem: Problem;
  constructor(type: 'unreadable' | 'heic' | 'image-too-large', cause?: unknown) {
    super(`cannot read the file: ${type}`, { cause });
    this.problem = { type, detail: this.message, isPassing: false };
  }
}

/**
 * Decodes a file of whatever format the browser reads, turned as its metadata says. Large ones and those that the endpoint does
 * not read become a JPEG.
 * @throws Unreadable
 */
export async function readPicture(file: Blob): Promise<Picture> {
  if (file.size > MAX_BYTES) throw new Unreadable('image-too-large');
  const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  const full = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((cause) => {
    throw new Unreadable(isHeic(head) ? 'heic' : 'unreadable', cause);
  });
  const scale = MAX_EDGE / Math.max(full.width, full.height);
  if (scale >= 1 && file.size <= SMALL_BYTES && detectFormat(head)) {
    return { file: asFile(file, nameOf(file)), bitmap: full };
  }
  const bitmap = scale < 1 ? await shrink(full, scale) : full;
  const jpeg = await toJpeg(bitmap);
  return { file: asFile(jpeg, nameOf(file).replace(/(\.\w+)?$/, '.jpg')), bitmap };
}

async function shrink(full: ImageBitmap, scale: number): Promise<ImageBitmap> {
  const [resizeWidth, resizeHeight] = [full.width, full.height].map((edge) =>
    Math.max(1, Math.round(edge * scale)),
  ) as [number, number];
  const small = await createImageBitmap(full, { resizeWidth, resizeHeight, resizeQuality: 'high' });
  full.close();
  return small;
}

async function toJpeg(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  // As the endpoint does it; on a bare canvas transparency would become black.
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  const jpeg = await new Promise<Blob | null>((settle) => canvas.toBlob(settle, 'image/jpeg', QUALITY));
  if (!jpeg) throw new Unreadable('image-too-large');
  return jpeg;
}

const nameOf = (file: Blob): string => (file instanceof File ? file.name : 'photo');

const asFile = (bytes: Blob, name: string): File => new File([bytes], name, { type: bytes.type });

/** ISO/IEC 23008-12: brands of High Efficiency image files. */
const isHeic = (head: Uint8Array): boolean =>
  /^ftyp(he[ivc]|mif1|msf1)/.test(String.fromCharCode(...head.subarray(4, 12)));
