/** @file ONNX export, compared with the engine, onnxruntime and onnx.checker. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { ExplainedError } from '../../../shared/errors.ts';
import {
  conv2d,
  flatten,
  linear,
  type ModelSpec,
  maxPool2d,
  relu,
  resolveNetwork,
  sizeOf,
} from '../../../shared/model/spec.ts';
import { decodeModel, encodeModel, metadataOf } from '../../../shared/onnx/model.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { MODEL_NAMES, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { exportOnnx } from '../../../train/release/export.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A network with the layers and options that the zoo does not use. */
const UNUSUAL: ModelSpec = {
  name: 'unusual',
  input: [2, 13, 11],
  modules: {
    a: [
      conv2d(2, 3, 4, { padding: 'same' }), //           [3, 13, 11]
      relu(),
      conv2d(3, 4, 3, { stride: 2, padding: 2 }), //     [4, 8, 7]
      maxPool2d(3, { stride: 1 }), //                    [4, 6, 5]
      conv2d(4, 2, 2, { padding: 'valid' }), //          [2, 5, 4]
      flatten(),
      linear(40, 6),
    ],
  },
};
/** The lab's network with every option changed. */
const OTHER_SIZES: ModelSpec = {
  ...modelSpec('tinyvgg', { input: [3, 26, 26], hiddenUnits: 4, kernelSize: 4, padding: 'none' }),
  name: 'other-sizes',
};
const SPECS = [...MODEL_NAMES.map((name) => modelSpec(name)), UNUSUAL, OTHER_SIZES];

function exported(spec: ModelSpec, seed = 42) {
  const network = resolveNetwork(spec);
  const weights = initialWeights(network, Generator.seeded(seed));
  return { network, weights, bytes: exportOnnx(network, weights, { labels: LABELS }) };
}

describe.each(SPECS)('the ONNX file of $name', (spec) => {
  it.each([1, 32])('gives the engine’s logits in onnxruntime, at batch %i', async (batch) => {
    const { network, weights, bytes } = exported(spec);
    const noise = Generator.seeded(5);
    const images = Uint8Array.from({ length: batch * sizeOf(network.input) }, () => noise.random() & 0xff);
    const engine = await referenceEngine().open(network, weights, sgd(0));
    const expected = await engine.logits(images, batch);
    const session = await ort.InferenceSession.create(bytes);
    const pixels = Float32Array.from(images, (pixel) => pixel / 255);
    const { logits } = await session.run({
      image: new ort.Tensor('float32', pixels, [batch, ...network.input]),
    });
    expect(logits.dims).toEqual([batch, ...network.output]);
    for (const [i, value] of (logits.data as Float32Array).entries())
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-5);
  });

  it('is the same for the same weights, and survives decoding and encoding', () => {
    const { bytes } = exported(spec);
    expect(exported(spec).bytes).toEqual(bytes);
    expect(exported(spec, 43).bytes).not.toEqual(bytes);
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
    expect(metadataOf(decodeModel(bytes)).model_name).toBe(spec.name);
  });
});

describe('the metadata', () => {
  const { network: grey, weights } = exported(modelSpec('v0'));
  const aboutOf = (network: typeof grey, about?: Parameters<typeof exportOnnx>[2]) =>
    metadataOf(decodeModel(exportOnnx(network, initialWeights(network, Generator.seeded(1)), about)));

  it('has the labels and the licence that are given', () => {
    const about = { labels: ['cat', 'dog'], none: 'dog', license: 'CC-BY-4.0' };
    expect(metadataOf(decodeModel(exportOnnx(grey, weights, about)))).toMatchObject({
      names: '["cat","dog"]',
      none: 'dog',
      model_license: 'CC-BY-4.0',
    });
  });

  it('has none of them when none is given', () => {
    expect(Object.keys(aboutOf(grey))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(names|none|model_license)$/)]),
    );
  });

  it.each([
    [[1, 28, 28], 'Gray8', '[28,28]'],
    [[3, 20, 24], 'Rgb8', '[20,24]'],
    [[2, 20, 24], undefined, undefined],
    [[12], undefined, undefined],
  ])('says for an input of %j that the pixels are %s', (input, format, size) => {
    const features = sizeOf(input);
    const layers = input.length === 3 ? [flatten(), linear(features, 2)] : [linear(features, 2)];
    const about = aboutOf(resolveNetwork({ name: 'own', input, modules: { all: layers } }));
    expect([about['Image.BitmapPixelFormat'], about.imgsz]).toEqual([format, size]);
  });
});

/** Python with Debian's python3-onnx, the checker of ONNX's reference implementation. */
const PYTHON = '/usr/bin/python3';
const hasChecker = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import onnx'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasChecker)(`onnx.checker${hasChecker ? '' : ' (skipped: install python3-onnx)'}`, () => {
  it.each(SPECS)('accepts $name, and infers the same shapes', (spec) => {
    const { network, bytes } = exported(spec);
    const path = join(temporaryFolder(), 'model.onnx');
    writeFileSync(path, bytes);
    const script = `
import onnx, onnx.numpy_helper, onnx.shape_inference, json, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
graph = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
dims = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
print(json.dumps({
  'ir': model.ir_version, 'opset': [(o.domain, o.version) for o in model.opset_import],
  'shapes': [dims(v) for v in [*graph.value_info, *graph.output]],
  'parameters': sum(onnx.numpy_helper.to_array(t).size for t in graph.initializer),
  'names': {p.key: p.value for p in model.metadata_props}['names'],
}))`;
    const result = JSON.parse(execFileSync(PYTHON, ['-c', script, path], { encoding: 'utf8' }));
    expect(result).toMatchObject({ ir: 8, opset: [['', 17]], parameters: network.parameterCount });
    expect(result.shapes).toEqual(network.layers.map(({ output }) => ['batch', ...output]));
    expect(JSON.parse(result.names)).toContain('Ankle boot');
  });
});

describe('decodeModel', () => {
  const { bytes } = exported(modelSpec('v0'));

  it('reads or rejects any bytes', () => {
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(bytes.length).map((end) => bytes.slice(0, end)),
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([i, value]) => bytes.with(i, value)),
    );
    fc.assert(
      fc.property(damaged, (data) => {
        try {
          decodeModel(data);
        } catch (error) {
          expect(error).toBeInstanceOf(ExplainedError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
