/** @file The networks that flags and files describe. */
import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { describedNetwork, type NetworkDescription } from '../../../train/model/network-file.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { parseOverrides } from '../../../train/run/overrides.ts';
import { settingsOf, toOverrides } from '../../../train/run/settings.ts';
import { SMALL } from '../../fixtures/user-networks.ts';

const shapesOf = (spec: ReturnType<typeof modelSpec>) =>
  resolveNetwork(spec).layers.flatMap(({ kind, output }) => (kind === 'relu' ? [] : [output.join('×')]));

describe('tinyvgg', () => {
  it('is CNN Explainer’s network on RGB images of 64 × 64 pixels, without padding', () => {
    const spec = modelSpec('tinyvgg', { input: [3, 64, 64], padding: 'none' });
    // poloclub/cnn-explainer, tiny-vgg/tiny-vgg.py: the shapes that the page shows, and Keras' count of the parameters.
    expect(shapesOf(spec)).toEqual([
      ...['10×62×62', '10×60×60', '10×30×30', '10×28×28', '10×26×26', '10×13×13'],
      ...['1690', '10'],
    ]);
    expect(resolveNetwork(spec).parameterCount).toBe(3 * 90 + 10 + 3 * (900 + 10) + 16_900 + 10);
  });

  it.each([
    [{ kernelSize: 5 }, ['10×28×28', '10×28×28', '10×14×14', '10×14×14', '10×14×14', '10×7×7', '490', '10']],
    [{ kernelSize: 4 }, ['10×28×28', '10×28×28', '10×14×14', '10×14×14', '10×14×14', '10×7×7', '490', '10']],
    [
      { hiddenUnits: 3, kernelSize: 2, padding: 'none' },
      ['3×27×27', '3×26×26', '3×13×13', '3×12×12', '3×11×11', '3×5×5', '75', '10'],
    ],
  ] as const)('has other sizes with %j', (sizes, shapes) => {
    expect(shapesOf(modelSpec('tinyvgg', sizes))).toEqual(shapes);
  });
});

describe('photonet', () => {
  it('halves RGB images of 64 × 64 pixels five times', () => {
    const spec = modelSpec('photonet', { input: [3, 64, 64] });
    expect(shapesOf(spec)).toEqual([
      ...['12×64×64', '12×32×32', '24×32×32', '24×16×16', '32×16×16', '32×8×8'],
      ...['48×8×8', '48×4×4', '56×4×4', '56×2×2', '224', '10'],
    ]);
    expect(resolveNetwork(spec).parameterCount).toBe(50_266);
  });

  it.each([
    [[1, 28, 28], 4, '48×1×1'],
    [[1, 8, 30], 3, '32×1×3'],
    [[3, 31, 100], 4, '48×1×6'],
    [[3, 32, 32], 5, '56×1×1'],
    [[3, 512, 512], 5, '56×16×16'],
  ] as const)('has as many blocks as an image of %j leaves a pixel: %i', (input, blocks, last) => {
    const shapes = shapesOf(modelSpec('photonet', { input }));
    expect(shapes).toHaveLength(2 * blocks + 2);
    expect(shapes.at(-3)).toBe(last);
  });
});

describe('--hidden-units, --kernel-size and --padding', () => {
  it.each([
    [
      { models: 'v0,v1', kernelSize: 5 },
      'cannot use --kernel-size with --models v0,v1: expected the model tinyvgg. Leave out --kernel-size, or use --models tinyvgg.',
    ],
    [
      { models: 'photonet', hiddenUnits: 5 },
      'cannot use --hidden-units with --models photonet: expected the model v0 or v1 or tinyvgg.',
    ],
    [
      { network: { name: 'own', modules: { a: [{ kind: 'flatten' }] } }, hiddenUnits: 5 },
      'cannot use --hidden-units with --network',
    ],
  ])('are refused where they have no effect', (config, message) => {
    expect(() => settingsOf(config, 'test')).toThrow(message);
  });
});

/** Returns a description with other layers in its module `features`. */
const withFeatures = (...features: NetworkDescription['modules'][string]): NetworkDescription => ({
  ...SMALL,
  modules: { ...SMALL.modules, features },
});

describe('--network', () => {
  it('infers the sizes of the inputs, for the images of any data set', () => {
    const network = describedNetwork(SMALL, [3, 20, 24], 3);
    expect(network.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['features.0.weight', [4, 3, 5, 5]],
      ['features.0.bias', [4]],
      ['classifier.1.weight', [3, 4 * 4 * 5]],
      ['classifier.1.bias', [3]],
    ]);
    expect(describedNetwork(SMALL, [1, 28, 28], 3).output).toEqual([3]);
  });

  it('is the only model of a run, and part of its settings', () => {
    const settings = settingsOf({ network: SMALL, recipe: 'photos' }, 'test');
    expect(settings.models).toEqual(['small']);
    expect(settingsOf(toOverrides(settings), 'settings')).toEqual(settings);
    expect(() => settingsOf({ network: SMALL, models: 'v0' }, 'test')).toThrow(
      'cannot use --models with --network',
    );
  });

  it.each<[string, NetworkDescription, string]>([
    [
      'the last layer when it has not an output for each class',
      withFeatures(),
      'small: classifier.1 (linear): expected output [4], one number for each class, got output [3]. End with { "kind": "flatten" } and { "kind": "linear", "outFeatures": 4 }.',
    ],
    [
      'a layer for another number of channels',
      withFeatures({ kind: 'conv2d', inChannels: 3, outChannels: 2, kernelSize: 3 }),
      'small: features.0 (conv2d): expected input [3, height, width], got input [1, 28, 28]',
    ],
    [
      'a layer for larger images',
      withFeatures({ kind: 'maxPool2d', kernelSize: 9 }, { kind: 'conv2d', outChannels: 2, kernelSize: 5 }),
      'small: features.1 (conv2d): expected a padded image of at least 5×5, got input [1, 3, 3]',
    ],
    [
      'a linear layer without a flatten before it',
      withFeatures({ kind: 'linear', outFeatures: 5 }),
      'small: features.0 (linear): expected a flat input; put a flatten layer before it, got input [1, 28, 28]',
    ],
  ])('names %s, and what would fit', (_, description, message) => {
    expect(() => describedNetwork(description, [1, 28, 28], 4)).toThrow(message);
  });

  it.each([
    [
      { ...SMALL, modules: { a: [{ kind: 'flatten' }, { kind: 'gelu' }] } },
      'c.json: network: modules.a.1.kind: expected the kind flatten, relu, linear, conv2d, maxPool2d, got "gelu"',
    ],
    [
      { ...SMALL, modules: { a: [{ kind: 'conv2d', outChannels: 4 }] } },
      'c.json: network: modules.a.0.kernelSize: it is missing',
    ],
    [{ ...SMALL, name: '../x' }, 'c.json: network: name: expected a-z, 0-9 and -, at most 31'],
    [{ ...SMALL, modules: {} }, 'c.json: network: modules: expected at least one layer'],
    [{ ...SMALL, layers: [] }, 'c.json: network: layers: '],
  ])('is validated before training', (network, message) => {
    expect(() => parseOverrides({ network }, 'c.json')).toThrow(message);
  });
});
