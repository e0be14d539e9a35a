/**
 * @file The webgpu engine: this project's WGSL kernels, generated for a network and run by Dawn. A step is a few dispatches of one
 * submission, and sessions on networks of one shape are trained by the same dispatches.
 */
/// <reference types="@webgpu/types" />
import { sizeOf } from '#shared/model/spec.ts';
import type { Engine } from '../engine.ts';
import { bufferNames, freshState } from '../optimizer.ts';
import { type Gpu, type GpuOptions, openGpu } from './device.ts';
import { Examples } from './examples.ts';
import { Group } from './group.ts';
import { guarded } from './guard.ts';
import { common } from './kernels/common.wgsl.ts';
import type { Kernel } from './kernels/kernel.ts';
import { ruleOf } from './kernels/update.wgsl.ts';
import { bindGroupLayout, Memory } from './memory.ts';
import { Pixels } from './pixels.ts';
import { planOf } from './plan.ts';
import { openSession } from './session.ts';
import { type Stages, stagesOf } from './stages.ts';
import type { Dispatch } from './submission.ts';

/** Beyond it a card is as busy as it can be, and their activations (4.8 MB each with TinyVGG) leave its cache. */
const REPLICAS = 16;

/** @throws ExplainedError of kind `device` when Dawn is not installed or finds no graphics card */
export const webgpuEngine = async (options: GpuOptions = {}): Promise<Engine> =>
  engineOn(await openGpu(options));

/** The engine on a GPU that is open. */
export function engineOn(gpu: Gpu): Engine {
  const { device } = gpu;
  const layout = bindGroupLayout(device);
  const pixels = new Pixels(device);
  /** By everything that makes kernels other kernels. */
  const groups = new Map<string, Promise<Group>>();

  async function groupOf(
    ...[network, optimizer]: [Parameters<Engine['open']>[0], Parameters<Engine['open']>[2]]
  ) {
    const stages = stagesOf(network);
    const plan = planOf(stages, optimizer);
    const compiled = (kernels: Kernel[]) =>
      Promise.all(kernels.map((kernel) => compile(device, layout, stages, kernel)));
    const pipelines = { step: await compiled(plan.step), inference: await compiled(plan.inference) };
    const memory = new Memory(device, layout, pixels.words, stages, bufferNames(optimizer).length);
    return new Group(gpu, pipelines, memory, new Examples(pixels, sizeOf(network.input)), stages.classes);
  }

  return {
    name: 'webgpu',
    description: `WGSL kernels on ${gpu.description}`,
    concurrency: REPLICAS,
    async open(network, weights, optimizer, state = freshState(optimizer, network)) {
      const key = JSON.stringify([network.input, network.layers, ruleOf(optimizer)]);
      const group = groups.get(key) ?? groupOf(network, optimizer);
      groups.set(key, group);
      return guarded(openSession(await group, network, weights, optimizer, state), gpu);
    },
  };
}

async function compile(
  device: GPUDevice,
  bindings: GPUBindGroupLayout,
  stages: Stages,
  { label, code, groups }: Kernel,
): Promise<Dispatch> {
  const module = device.createShaderModule({ label, code: common(stages) + code });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
  const pipeline = await device.createComputePipelineAsync({ label, layout, compute: { module } });
  return { pipeline, groups };
}
