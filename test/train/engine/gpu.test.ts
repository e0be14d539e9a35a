/** @file A GPU that is opened, refused, lost; and what TensorFlow.js leaves on it. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { conv2d, flatten, linear, maxPool2d, relu, resolveNetwork } from '../../../shared/model/spec.ts';
import { Loader } from '../../../train/dataset/loader.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { madeUp } from '../../../train/engine/self-test.ts';
import { tfjsWebgpuEngine } from '../../../train/engine/tfjs/webgpu.ts';
import { openGpu } from '../../../train/engine/webgpu/device.ts';
import { guarded } from '../../../train/engine/webgpu/guard.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { dataFolder } from '../../support/data.ts';
import { describeWithGpu } from '../../support/gpu.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const network = resolveNetwork({
  name: 'tiny',
  input: [1, 6, 6],
  modules: { a: [conv2d(1, 2, 3, { padding: 1 }), relu(), maxPool2d(2), flatten(), linear(18, 4)] },
});

describeWithGpu('a GPU', { timeout: 300_000 }, () => {
  it('is refused when it computes on the CPU, unless that is allowed', async ({ skip }) => {
    const { info, description } = await openGpu({ allowSoftware: true });
    if (!info.isFallbackAdapter) skip(`${description} computes by itself`);
    await expect(openGpu()).rejects.toMatchObject({
      kind: 'device',
      got: expect.stringMatching(/swiftshader|llvmpipe/i),
      next: expect.stringContaining('--allow-software-adapter'),
    });
  });

  it('ends a session when it reports an error or is lost', async () => {
    const weights = initialWeights(network, Generator.seeded(1));
    const batch = madeUp(network, 4);
    const failures: [string, (device: GPUDevice) => void][] = [
      ['GPUValidationError', (device) => device.createBuffer({ size: 4, usage: 0 })],
      ['lost', (device) => device.destroy()],
    ];
    for (const [what, fail] of failures) {
      const gpu = await openGpu({ allowSoftware: true });
      const session = guarded(await referenceEngine().open(network, weights, sgd(0.1)), gpu);
      session.step(batch);
      fail(gpu.device);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const failure = { kind: 'device', message: expect.stringContaining(what) };
      expect(() => session.step(batch)).toThrow(expect.objectContaining(failure));
      await expect(session.losses()).rejects.toMatchObject(failure);
    }
  });

  it('holds as much after 120 steps of TensorFlow.js as after 20, and nothing of a closed session', async () => {
    const optimizer = sgd(0.1, { momentum: 0.9, weightDecay: 0.1 });
    const engine = await tfjsWebgpuEngine({ allowSoftware: true });
    const before = tf.memory().numTensors;
    const session = await engine.open(network, initialWeights(network, Generator.seeded(1)), optimizer);
    const options = { batchSize: 4, shuffle: true, generator: Generator.seeded(1) };
    const loader = new Loader(madeUp(network, 80), options);
    const memory: object[] = [];
    for (let epoch = 0; epoch < 6; epoch++) {
      for (const batch of loader.epoch()) session.step(batch);
      expect((await session.losses()).length).toBe(20);
      // Its pool of free buffers settles later.
      const { numBytesAllocatedInGPU, ...held } = tf.memory() as tf.MemoryInfo & {
        numBytesAllocatedInGPU: number;
      };
      memory.push(held);
    }
    expect(memory.at(-1)).toEqual(memory[0]);
    session.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.skipIf(!dataFolder)('trains a model from the command line, and the process ends', async () => {
    const out = join(temporaryFolder(), 'run');
    const flags = ['train', '--device', 'tfjs-webgpu', '--models', 'v0', '--limit', '128', '--epochs', '1'];
    const { stdout } = await expectSuccess(
      runTrainer([...flags, '--no-calibration', '--allow-software-adapter', '--out', out]),
    );
    expect(stdout).toContain('Engine tfjs-webgpu: TensorFlow.js');
    expect(stdout).toContain('Run folder');
  });
});
