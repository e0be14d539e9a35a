/** @file Inference by the Open Inference Protocol: tensors in, logits out. */
import type { Context } from 'hono';
import type { AppEnv } from '../../env.ts';
import { HttpProblem } from '../../problem.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import { binaryResponse, type InferMessage } from './message.ts';
import type { InferRequest } from './requests.ts';
import type { InferResponse } from './responses.ts';
import { readTensor } from './tensor.ts';

/** @throws HttpProblem */
export async function infer(c: Context<AppEnv>, message: InferMessage, model: ServedModel) {
  const { request, binary } = message;
  const { manifest, classifier } = model;
  const [input, ...more] = request.inputs;
  if (!input || more.length > 0) {
    throw new HttpProblem('invalid-body', `The model has one input, "${manifest.input.name}".`);
  }
  const isBinary = wantsBinary(request, manifest.output.name);
  const { images, n } = readTensor(input, manifest.input, binary);
  for (let i = 0; i < n; i++) c.var.record.images.push({ kind: 'tensor', outcome: 'read' });
  const logits = await classifier.logits(images, n);
  const parameters = { binary_data_size: logits.byteLength };
  const answer: InferResponse = {
    model_name: manifest.name,
    model_version: manifest.version,
    ...(request.id !== undefined && { id: request.id }),
    outputs: [
      {
        name: manifest.output.name,
        shape: [n, logits.length / n],
        datatype: 'FP32',
        ...(isBinary ? { parameters } : { data: Array.from(logits) }),
      },
    ],
  };
  return isBinary ? binaryResponse(answer, logits) : c.json(answer);
}

/** Of the outputs that a request names, this model has one; none named means all. */
function wantsBinary({ parameters, outputs = [] }: InferRequest, name: string): boolean {
  if (outputs.some((output) => output.name !== name) || outputs.length > 1) {
    throw new HttpProblem('invalid-body', `The model has one output, "${name}".`);
  }
  return outputs[0]?.parameters?.binary_data ?? parameters?.binary_data_output ?? false;
}
