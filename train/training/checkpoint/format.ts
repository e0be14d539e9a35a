/**
 * @file The checkpoint format: a safetensors file (train/safetensors.ts) with
 *
 * ```
 * weights.<name>                F32   the network's parameters
 * optimizer.<buffer>.<name>     F32   the optimizer's buffers of each parameter, such as `exp_avg`
 * choice.<name>                 F32   the weights of the best epoch, if there are validation images
 * generator                     U32   [624], the generator's state at the start of the epoch
 * sha256                        U8    [32], the last bytes of the file: the digest of all bytes before them
 * ```
 *
 * The rest of the state is JSON in the metadata entry `state`.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { Real, Whole } from '#shared/validation.ts';
import { bufferNames, type Optimizer } from '../../engine/optimizer.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor, weightTensors } from '../../safetensors.ts';
import { EpochMetrics } from '../epoch-metrics.ts';
import type { TrainingState } from '../state.ts';

const FORMAT = 'tinyvgg-edge checkpoint 1';
const DIGEST_BYTES = 32;

const State = v.object({
  steps: Whole,
  generatorPosition: Whole,
  position: v.object({
    epoch: Whole,
    batch: Whole,
    lossSum: Real,
    recentLosses: v.array(Real),
    epochs: v.array(EpochMetrics),
    confusion: v.array(v.array(Whole)),
    seconds: Real,
  }),
  choice: v.exactOptional(v.object({ epoch: Whole })),
});

/** Returns the bytes of a checkpoint of `network`. */
export function encodeCheckpoint(network: Network, state: TrainingState): Uint8Array<ArrayBuffer> {
  const { generator, ...position } = state.position;
  const tensors = new Map<string, Tensor>();
  const add = (prefix: string, weights: Weights) => {
    for (const [name, tensor] of weightTensors(network, weights)) tensors.set(`${prefix}.${name}`, tensor);
  };
  add('weights', state.weights);
  for (const [buffer, values] of state.optimizer.buffers) add(`optimizer.${buffer}`, values);
  if (state.choice) add('choice', state.choice.weights);
  tensors.set('generator', { shape: [generator.words.length], values: Uint32Array.from(generator.words) });
  tensors.set('sha256', { shape: [DIGEST_BYTES], values: new Uint8Array(DIGEST_BYTES) });
  const rest: v.InferOutput<typeof State> = {
    steps: state.optimizer.steps,
    generatorPosition: generator.position,
    position,
    ...(state.choice && { choice: { epoch: state.choice.epoch } }),
  };
  const file = encodeSafetensors(tensors, {
    format: FORMAT,
    model: network.name,
    state: JSON.stringify(rest),
  });
  file.set(digest(file), file.length - DIGEST_BYTES);
  return file;
}

/**
 * Reads the state of a training from a checkpoint.
 * @throws ExplainedError of kind `model` when the file is damaged, or belongs to another network or optimizer
 */
export function decodeCheckpoint(network: Network, optimizer: Optimizer, file: Uint8Array): TrainingState {
  if (!digest(file).equals(file.subarray(-DIGEST_BYTES))) {
    throw unusable('a file whose last 32 bytes are the SHA-256 of the others', 'another digest');
  }
  const { tensors, metadata } = decodeSafetensors(file);
  const { format = 'none', model = 'none', state = '' } = metadata;
  if (format !== FORMAT) throw unusable(FORMAT, format);
  if (model !== network.name) throw unusable(`a checkpoint of ${network.name}`, `one of ${model}`);
  const collect = (prefix: string): Weights =>
    new Map(
      network.parameters.map(({ name, shape }) => {
        const values = tensors.get(`${prefix}.${name}`)?.values;
        if (values instanceof Float32Array && values.length === sizeOf(shape)) return [name, values];
        throw unusable(`float32 ${prefix}.${name} [${shape.join(', ')}]`, values ? 'another size' : 'none');
      }),
    );
  const { steps, generatorPosition, position, choice } = v.parse(State, JSON.parse(state));
  return {
    weights: collect('weights'),
    optimizer: {
      steps,
      buffers: new Map(bufferNames(optimizer).map((name) => [name, collect(`optimizer.${name}`)])),
    },
    ...(choice && { choice: { ...choice, weights: collect('choice') } }),
    position: {
      ...position,
      generator: {
        words: tensors.get('generator')?.values as Uint32Array<ArrayBuffer>,
        position: generatorPosition,
      },
    },
  };
}

/** Computes the SHA-256 of all but the last 32 bytes. */
const digest = (file: Uint8Array): Buffer =>
  createHash('sha256').update(file.subarray(0, -DIGEST_BYTES)).digest();

const unusable = (expected: string, got: string): ExplainedError =>
  new ExplainedError({ kind: 'model', what: 'the checkpoint cannot be used', expected, got });
