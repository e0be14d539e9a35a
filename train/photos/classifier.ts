/** @file A photo's bytes → its answer, with all that lay between: the Worker's decoders, photo pipeline and calibration. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compileDecoder } from '#shared/decode/compile.ts';
import type { Decoder } from '#shared/decode/decoder.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { type Prediction, rankLabels } from '#shared/predictions.ts';
import type { Release } from '../registry/release.ts';
import { onnxPredictor } from '../release/onnxruntime.ts';
import { openPipeline } from './pipeline.ts';

/** What a photo went through, in milliseconds. */
export interface Times {
  decode: number;
  pipeline: number;
  inference: number;
}

export interface Classified {
  pixels: Pixels;
  prepared: PreparedPhoto;
  /** Of all labels, likeliest first. */
  predictions: Prediction[];
  milliseconds: Times;
}

/** @throws ImageError for bytes that are no image */
export type Classifier = (bytes: Uint8Array) => Promise<Classified>;

/** What of a release an answer depends on. */
type Answering = Pick<Release, 'manifest'> & { files: Pick<Release['files'], 'onnx'> };

export async function openClassifier({ manifest, files }: Answering): Promise<Classifier> {
  const [predict, decoder, preparePhoto] = await Promise.all([
    onnxPredictor(files.onnx),
    openDecoder(),
    openPipeline(),
  ]);
  return async (bytes) => {
    const start = performance.now();
    const pixels = await decoder.decode(bytes);
    const decoded = performance.now();
    const prepared = preparePhoto(pixels);
    const ready = performance.now();
    const predictions = rankLabels(await predict(prepared.image, 1), manifest);
    const milliseconds = {
      decode: decoded - start,
      pipeline: ready - decoded,
      inference: performance.now() - ready,
    };
    return { pixels, prepared, predictions, milliseconds };
  };
}

/** The decoders, compiled from where npm has put them. */
export async function openDecoder(): Promise<Decoder> {
  const read = async (file: string) =>
    new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(file))));
  return compileDecoder(read);
}
