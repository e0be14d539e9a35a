/**
 * @file The webgpu engine: WGSL kernels that are generated for a network and run by Dawn. A step is a few dispatches. Sessions on networks
 * of one shape share their dispatches.
 */
/// <reference types="@webgpu/types" />
import type { Network } from '#shared/model/spec.ts';
import type { Engine } from '../engine.ts';
import { bufferNames, freshState, type Optimizer } from '../optimizer.ts';
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
import { WebgpuSession } from './session.ts';
import { type Stages, stagesOf } from './stages.ts';
import type { Dispatch } from './submission.ts';

/** Replicas that a card computes at the same time. More do not make it faster: their activations (4.8 MB each with TinyVGG) exceed its cache. */
const REPLICAS = 16;

/** @throws ExplainedError of kind `device` when Dawn is not installed or finds no graphics card */
export const webgpuEngine = async (options: GpuOptions = {}): Promise<Engine> =>
  engineOn(await openGpu(options));

/** Creates the engine on an open GPU. */
export function engineOn(gpu: Gpu): Engine {
  const { device } = gpu;
  const layout = bindGroupLayout(device);
  const pixels = new Pixels(device);
  /** The groups. A key contains everything that the generated kernels depend on. */
  const groups = new Map<string, Promise<Group>>();

  async function createGroup(network: Network, optimizer: Optimizer): Promise<Group> {
    const stages = stagesOf(network);
    const plan = planOf(stages, optimizer);
    const compiled = (kernels: Kernel[]) =>
      Promise.all(kernels.map((kernel) => compile(device, layout, stages, kernel)));
    const pipelines = { step: await compiled(plan.step), inference: await compiled(plan.inference) };
    const memory = new Memory(device, layout, pixels.buffer, stages, bufferNames(optimizer).length);
    return new Group(gpu, pipelines, memory, new Examples(pixels, network), stages.classes);
  }

  return {
    name: 'webgpu',
    description: `WGSL kernels on ${gpu.description}`,
    concurrency: REPLICAS,
    async open(network, weights, optimizer, state = freshState(optimizer, network)) {
      const key = JSON.stringify([network.input, network.layers, ruleOf(optimizer)]);
      const group = groups.get(key) ?? createGroup(network, optimizer);
      groups.set(key, group);
      return guarded(new WebgpuSession(await group, network, weights, optimizer, state), gpu);
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
