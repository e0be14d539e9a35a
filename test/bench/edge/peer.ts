/**
 * @file The server that a team would write first: Node, sharp and onnxruntime-node, with conversion to grey and resizing only.
 * `node peer.ts <port>` loads the two packages from the working folder.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'package.json'));
const sharp = require('sharp');
const ort = require('onnxruntime-node');

const LABELS = 10;
const session = await ort.InferenceSession.create(
  readFileSync(join(import.meta.dirname, '../../../release/tinyvgg.onnx')),
);

async function classify(body: Buffer): Promise<number[]> {
  const { data } = await sharp(body)
    .greyscale()
    .resize(28, 28, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const input = Float32Array.from({ length: 784 }, (_, i) => data[i] / 255);
  const { logits } = await session.run({ image: new ort.Tensor('float32', input, [1, 1, 28, 28]) });
  const powers = Array.from({ length: LABELS }, (_, i) => Math.exp(logits.data[i]));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const scores = await classify(Buffer.concat(chunks));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ scores }));
}).listen(Number(process.argv[2]), '127.0.0.1');

// Prints the time of inference alone.
if (process.argv[3] === 'inference') {
  const input = new ort.Tensor('float32', new Float32Array(784), [1, 1, 28, 28]);
  const times: number[] = [];
  for (let round = 0; round < 70; round++) {
    const start = performance.now();
    for (let i = 0; i < 100; i++) await session.run({ image: input });
    if (round >= 20) times.push((performance.now() - start) / 100);
  }
  console.log(JSON.stringify(times));
  process.exit();
}
