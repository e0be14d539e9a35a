/**
 * @file Conformance with the binary tensor data extension of the Open Inference Protocol.
 *
 * [B] https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import { describe, expect, it } from 'vitest';
import { concat } from '../../../fixtures/images.ts';
import { utf8 } from '../../support/tiny.ts';
import {
  expectError,
  expectLogits,
  image,
  infer,
  input,
  logitsOf,
  MODEL,
  version,
  worker,
} from './service.ts';

describe('binary tensor data', () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

  interface Message {
    json: object;
    binary: Uint8Array;
    length?: string;
  }

  /** [B] "The binary data for a tensor is delivered in the HTTP body after the JSON object" */
  function send({ json, binary, length }: Message) {
    const head = utf8(JSON.stringify(json));
    return worker.send(`${MODEL}/infer`, {
      method: 'POST',
      body: concat(head, binary),
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': length ?? `${head.length}`,
      },
    });
  }

  const binaryInput = (binary_data_size: unknown, members: object = {}) =>
    input({ data: undefined, parameters: { binary_data_size }, ...members });

  it('is accepted at any offset in the body', async () => {
    for (const id of ['a', 'ab', 'abc', 'abcd']) {
      const json = { id, inputs: [binaryInput(3136)] };
      await expectLogits(await send({ json, binary: floats(...image(0.25)) }), [0.25]);
    }
  });

  it('is accepted as UINT8', async () => {
    const shape = [2, 1, 28, 28];
    const json = { inputs: [binaryInput(1568, { datatype: 'UINT8', shape })] };
    await expectLogits(
      await send({ json, binary: Uint8Array.from([...image(51), ...image(255)]) }),
      [0.2, 1],
    );
  });

  it.each<[name: string, members: object, isBinary: boolean]>([
    ['binary_data_output', { parameters: { binary_data_output: true } }, true],
    ['binary_data', { outputs: [{ name: 'logits', parameters: { binary_data: true } }] }, true],
    [
      'binary_data over binary_data_output',
      {
        parameters: { binary_data_output: true },
        outputs: [{ name: 'logits', parameters: { binary_data: false } }],
      },
      false,
    ],
    ['neither', { outputs: [{ name: 'logits' }] }, false],
  ])('is returned according to %s', async (_name, members, isBinary) => {
    const response = await infer({ id: '7', inputs: [input()], ...members });
    if (!isBinary) return expectLogits(response, [0.5]);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const body = new Uint8Array(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    expect(JSON.parse(new TextDecoder().decode(body.subarray(0, length)))).toEqual({
      model_name: 'tinyvgg',
      model_version: version,
      id: '7',
      outputs: [{ name: 'logits', shape: [1, 10], datatype: 'FP32', parameters: { binary_data_size: 40 } }],
    });
    expect(body.length).toBe(length + 40);
    const view = new DataView(body.buffer, length);
    for (const [i, logit] of logitsOf(0.5).entries())
      expect(view.getFloat32(4 * i, true)).toBeCloseTo(logit, 5);
  });

  const binary = floats(...image(0));
  it.each<[name: string, message: Message]>([
    ['a size that is not the shape’s', { json: { inputs: [binaryInput(3135)] }, binary }],
    ['a size that is not a number', { json: { inputs: [binaryInput('secret')] }, binary }],
    ['fewer bytes than the size', { json: { inputs: [binaryInput(3136)] }, binary: binary.slice(1) }],
    ['more bytes than the size', { json: { inputs: [binaryInput(3136)] }, binary: concat(binary, binary) }],
    ['data beside the bytes', { json: { inputs: [binaryInput(3136, { data: image(0) })] }, binary }],
    ['bytes that no input refers to', { json: { inputs: [input()] }, binary }],
    ['neither', { json: { inputs: [binaryInput(undefined)] }, binary: new Uint8Array() }],
    ['NaN', { json: { inputs: [binaryInput(3136)] }, binary: floats(Number.NaN, ...image(0).slice(1)) }],
    ['infinity', { json: { inputs: [binaryInput(3136)] }, binary: floats(Infinity, ...image(0).slice(1)) }],
    ['a header beyond the body', { json: { inputs: [binaryInput(3136)] }, binary, length: '9999999' }],
    ['a header below the JSON', { json: { inputs: [binaryInput(3136)] }, binary, length: '10' }],
    ['a header that is not a number', { json: { inputs: [binaryInput(3136)] }, binary, length: '1e2' }],
    ['a negative header', { json: { inputs: [binaryInput(3136)] }, binary, length: '-1' }],
  ])('%s: 400', async (_name, message) => {
    await expectError(await send(message), 400);
  });
});
