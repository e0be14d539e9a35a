/**
 * @file A Worker that measures the steps of a request: decoding, photo pipeline and inference. In local workerd the clock advances during
 * a request; on Cloudflare it does not.
 */
import { copyPixels, type Pixels } from '#shared/decode/pixels.ts';
import { simdEngine } from '#shared/inference/simd.ts';
import type { Manifest } from '#shared/manifest.ts';
import { decoder } from '../../../edge/decode/decoder.ts';
import { ortEngine } from '../../../edge/engine/ort.ts';
import release from '../../../release/tinyvgg.json';
import weights from '../../../release/tinyvgg.onnx';
import photoKernels from '../../../shared/input/garment/build/photo.wasm?module';
import { GARMENT_INPUT, neededEdge, picturePreparation } from '../../../shared/input/prepare.ts';
import { networkInput } from '../../../shared/input/preprocessing.ts';
import kernels from '../../../shared/kernels/build/inference.wasm?module';

const ENGINES = { simd: simdEngine(kernels), ort: ortEngine };
const preparePicture = picturePreparation(photoKernels);
const preparePhoto = (pixels: Pixels) => preparePicture(pixels, GARMENT_INPUT);
const ROUNDS = 100;

/**
 * Measures a call `count` times. The clock may have a resolution of one millisecond, so that each measurement is the mean of several calls.
 * @param calls calls per measurement
 * @returns milliseconds per call
 */
async function time(count: number, calls: number, call: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    for (let k = 0; k < calls; k++) await call();
    times.push((performance.now() - start) / calls);
  }
  return times;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const file = new Uint8Array(await request.arrayBuffer());
    const engine = new URL(request.url).searchParams.get('engine') as keyof typeof ENGINES;
    const model = { read: async () => new Uint8Array(weights) };
    const classifier = await ENGINES[engine].load(model, release as Manifest);
    const edge = neededEdge(GARMENT_INPUT);
    const pixels = await decoder.decode(file, copyPixels, { edge });
    const input = networkInput(preparePhoto(pixels).image, GARMENT_INPUT);
    await time(20, 100, () => classifier.logits(input, 1));
    const inference = await time(50, 100, () => classifier.logits(input, 1));
    await time(20, 1, () => preparePhoto(pixels));
    const photo = await time(ROUNDS, 10, () => preparePhoto(pixels));
    const decodeFile = () => decoder.decode(file, ({ width }) => width, { edge });
    await time(20, 1, decodeFile);
    const decode = await time(ROUNDS, 10, decodeFile);
    return Response.json({ decode, photo, inference });
  },
};
