/** @file Weights as a safetensors file, under PyTorch's names. */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { decodeSafetensors, encodeSafetensors, weightTensors } from '../safetensors.ts';
import type { Model } from './evaluate.ts';

/** Returns the bytes of a safetensors file, which PyTorch's `load_state_dict` takes. */
export const toSafetensors = ({ network, weights }: Model): Uint8Array<ArrayBuffer> =>
  encodeSafetensors(weightTensors(network, weights), { format: 'pt', model: network.name });

/**
 * Reads the weights of a network from a safetensors file, such as one that PyTorch has written. The file has the network's tensors in any
 * order, as float32.
 * @throws ExplainedError of kind `model` when the file is damaged, or its tensors are not those of the network
 */
export function fromSafetensors(file: Uint8Array, network: Network): Weights {
  const { tensors } = decodeSafetensors(file);
  const { parameters, name } = network;
  const weights = parameters.map((parameter) => {
    const tensor = tensors.get(parameter.name);
    const fits = tensor?.values instanceof Float32Array && `${tensor.shape}` === `${parameter.shape}`;
    if (!fits)
      throw unfit(name, `${parameter.name}: float32 [${parameter.shape.join(', ')}]`, describe(tensor));
    return [parameter.name, tensor.values as Float32Array<ArrayBuffer>] as const;
  });
  const others = [...tensors.keys()].filter((tensor) => !parameters.some((own) => own.name === tensor));
  if (others.length > 0) throw unfit(name, `its ${parameters.length} tensors`, `also ${others.join(', ')}`);
  return new Map(weights);
}

function describe(
  tensor: ReturnType<typeof decodeSafetensors>['tensors'] extends Map<string, infer T>
    ? T | undefined
    : never,
) {
  if (!tensor) return 'no such tensor';
  const type = tensor.values instanceof Float32Array ? 'float32' : 'another type';
  return `${type} [${tensor.shape.join(', ')}], ${sizeOf(tensor.shape)} values`;
}

const unfit = (network: string, expected: string, got: string): ExplainedError =>
  new ExplainedError({
    kind: 'model',
    what: `the safetensors file does not fit ${network}`,
    expected,
    got,
    next: 'Use the network that the weights were saved from.',
  });
