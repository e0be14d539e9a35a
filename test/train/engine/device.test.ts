import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { flatten, linear, resolveNetwork } from '../../../shared/model/spec.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { syntheticSplit } from '../../../train/engine/self-test.ts';
import { openGpu } from '../../../train/engine/webgpu/device.ts';
import { guarded } from '../../../train/engine/webgpu/guard.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { dataFolder } from '../../support/data.ts';
import { describeWithGpu } from '../../support/gpu.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images } from '../dataset/folder/image-folder.ts';

const network = resolveNetwork({
  name: 'tiny',
  input: [1, 6, 6],
  modules: { a: [flatten(), linear(36, 4)] },
});

it('auto prints at most one sentence, and no warning of Vulkan, where there is no graphics card', async () => {
  const data = await folderOf({ ...images('a', 8, 1), ...images('b', 8, 21) });
  const flags = ['--epochs', '1', '--no-calibration', '--image-size', '8', '--threads', '1'];
  // The loader of Vulkan reads no other driver than this one, which does not exist.
  const env = { ...process.env, VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
  const out = join(temporaryFolder(), 'run');
  const { stdout, stderr } = await expectSuccess(
    runTrainer(['train', '--data', data, ...flags, '--out', out], { env }),
  );
  expect(stderr).toBe('');
  // Without Dawn nobody has asked for a graphics card.
  expect(stdout.match(/^Device webgpu .*$/gm) ?? []).toEqual(
    existsSync('infra/gpu/node_modules/webgpu')
      ? [expect.stringMatching(/no graphics card found\. --device webgpu prints what is missing\.$/)]
      : [],
  );
});

describeWithGpu('a GPU', () => {
  it('is rejected if it computes on the CPU, unless software adapters are allowed', async ({ skip }) => {
    const { info, description } = await openGpu({ allowSoftware: true });
    if (!info.isFallbackAdapter) skip(`${description} is a graphics card`);
    await expect(openGpu()).rejects.toMatchObject({
      kind: 'device',
      got: expect.stringMatching(/swiftshader|llvmpipe/i),
      next: expect.stringContaining('--allow-software-adapter'),
    });
  });

  it('makes the calls of a session throw after it reported an error or was lost', async () => {
    const weights = initialWeights(network, Generator.seeded(1));
    const batch = syntheticSplit(network, 4);
    const failures: [string, (device: GPUDevice) => void][] = [
      ['GPUValidationError', (device) => device.createBuffer({ size: 4, usage: 0 })],
      ['lost', (device) => device.destroy()],
    ];
    for (const [what, fail] of failures) {
      const gpu = await openGpu({ allowSoftware: true });
      const session = guarded(await referenceEngine().open(network, weights, sgd(0.1)), gpu);
      session.step(batch);
      fail(gpu.device);
      const failure = { kind: 'device', message: expect.stringContaining(what) };
      // The device reports both after a moment.
      const step = () => {
        try {
          return session.step(batch);
        } catch (error) {
          return error;
        }
      };
      await expect.poll(step).toMatchObject(failure);
      await expect(session.losses()).rejects.toMatchObject(failure);
    }
  });

  it.skipIf(!dataFolder)('trains a model from the command line, after which the process exits', async () => {
    const out = join(temporaryFolder(), 'run');
    const flags = ['train', '--device', 'webgpu', '--models', 'v0', '--limit', '128', '--epochs', '1'];
    const { stdout } = await expectSuccess(
      runTrainer([...flags, '--no-calibration', '--allow-software-adapter', '--out', out]),
    );
    expect(stdout).toContain('Engine webgpu: WGSL kernels');
    expect(stdout).toContain('Run folder');
  });
});
