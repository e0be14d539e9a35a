/** @file Decodes image files: JPEG and PNG in this Worker, the other formats in the decoders' Worker. */
import jpegWasm from '#shared/decode/build/jpeg.wasm?module';
import { createDecoder, type EstimatingDecoder } from '#shared/decode/decoder.ts';
import { formatOf, type ImageFormat } from '#shared/decode/format.ts';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import reducedJpegWasm from '#shared/decode/jpeg/reduced/build/reduced.wasm?module';
import pngWasm from '#shared/decode/png/build/png.wasm?module';
import { pngDecoder } from '#shared/decode/png/decoder.ts';
import kernels from '#shared/input/garment/build/photo.wasm?module';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { neededEdge, picturePreparation } from '#shared/input/prepare.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import type { Turn } from '#shared/turn.ts';
import { type ServiceDecoder, serviceDecoder } from './service.ts';

const services = {
  webp: serviceDecoder('webp'),
  avif: serviceDecoder('avif'),
  gif: serviceDecoder('gif'),
};

/** Detects the format from the first bytes, not from the content type of the request. */
export const decoder: EstimatingDecoder = createDecoder({
  jpeg: jpegDecoder(jpegWasm, reducedJpegWasm),
  png: pngDecoder(pngWasm),
  ...services,
});

const prepare = picturePreparation(kernels);

/**
 * Prepares an image file in the Worker that decodes it, so that its pixels are in one isolate only.
 * @param turn is awaited now and then. The other Worker has turns of its own
 * @throws ImageError
 */
export async function prepareFile(
  bytes: Uint8Array,
  input: PictureInput,
  turn?: Turn,
): Promise<PreparedPhoto> {
  const { [formatOf(bytes)]: service }: Partial<Record<ImageFormat, ServiceDecoder>> = services;
  const prepared = await service?.prepare(bytes, input);
  if (prepared) return prepared;
  const options = { edge: neededEdge(input), turn };
  return decoder.decode(bytes, (pixels) => prepare(pixels, input), options);
}
