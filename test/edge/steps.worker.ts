/** @file A Worker that measures its own parts: what a request costs, step by step, and inference alone. Local workerd's clock runs. */
import { decoder } from '../../edge/decode/decoder.ts';
import { ortEngine } from '../../edge/engine/ort.ts';
import { simdEngine } from '../../edge/engine/simd.ts';
import { networkInput } from '../../edge/model.ts';
import weights from '../../release/tinyvgg.onnx';
import { preparePhoto } from '../../shared/photo/photo.ts';

const ENGINES = { simd: simdEngine, ort: ortEngine };
const ROUNDS = 200;

/** Milliseconds of each call. */
async function time(count: number, call: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const file = new Uint8Array(await request.arrayBuffer());
    const engine = new URL(request.url).searchParams.get('engine') as keyof typeof ENGINES;
    const classifier = await ENGINES[engine].load(new Uint8Array(weights));
    const pixels = await decoder.decode(file);
    const input = networkInput(preparePhoto(pixels).image);
    // Inference is so short that many make one measurement.
    const many = async () => {
      for (let i = 0; i < 100; i++) await classifier.logits(input, 1);
    };
    await time(20, many);
    const inference = (await time(50, many)).map((milliseconds) => milliseconds / 100);
    await time(20, () => preparePhoto(pixels));
    const photo = await time(ROUNDS, () => preparePhoto(pixels));
    await time(20, () => decoder.decode(file));
    const decode = await time(ROUNDS, () => decoder.decode(file));
    return Response.json({ decode, photo, inference });
  },
};
