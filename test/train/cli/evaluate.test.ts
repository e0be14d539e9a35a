/**
 * @file `evaluate` on the test set of Fashion-MNIST, as a process: calibration, and models that do not fit.
 * @module-tag slow
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { Manifest } from '../../../shared/manifest.ts';
import { decodeModel, encodeModel } from '../../../shared/onnx/model.ts';
import { runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const cli = (...args: string[]) => runTrainer(args);

describeWithData('evaluate on the test set', () => {
  it.each([
    ['of other labels', JSON.stringify(['cat', 'dog']), /labels T-shirt\/top, .*got cat and dog.*--data/],
    ['with a further output and labels in another format', "{0: 'cat'}", /expected 10 outputs.*got 11/],
  ])('rejects a model %s on Fashion-MNIST', async (_, names, message) => {
    const path = join(temporaryFolder(), 'model.onnx');
    const model = decodeModel(await readFile('release/tinyvgg.onnx'));
    const metadataProps = (model.metadataProps ?? []).map((entry) =>
      entry.key === 'names' ? { key: 'names', value: names } : entry,
    );
    await writeFile(path, encodeModel({ ...model, metadataProps }));
    const { code, stderr } = await cli('evaluate', '--model', path, '--data', dataFolder as string);
    expect([code, stderr]).toEqual([5, expect.stringMatching(message)]);
  });

  it('computes the calibration error that the manifest of the bundled release states', async () => {
    const model = 'release/tinyvgg.onnx';
    const { stdout } = await cli('evaluate', '--model', model, '--data', dataFolder as string, '--json');
    const { temperature, ece } = JSON.parse(stdout);
    const { calibration } = v.parse(
      Manifest,
      JSON.parse(await readFile(model.replace('onnx', 'json'), 'utf8')),
    );
    expect(temperature).toBe(calibration?.temperature);
    // The rounding of another runtime may move an image into the neighbouring bin.
    expect(ece.before).toBeCloseTo(calibration?.ece?.before ?? Number.NaN, 3);
    expect(ece.after).toBeCloseTo(calibration?.ece?.after ?? Number.NaN, 3);
  });

  it('evaluates a model without a manifest at temperature 1, and rejects the manifest of another model', async () => {
    const folder = temporaryFolder();
    const model = join(folder, 'model.onnx');
    await copyFile('release/tinyvgg.onnx', model);
    const evaluate = () => cli('evaluate', '--model', model, '--data', dataFolder as string, '--json');
    const { temperature, ece, labels } = JSON.parse((await evaluate()).stdout);
    expect([temperature, ece.after]).toEqual([1, ece.before]);
    const manifest = JSON.parse(await readFile('release/tinyvgg.json', 'utf8'));
    expect(labels).toEqual(manifest.labels);
    await writeFile(join(folder, 'model.json'), JSON.stringify({ ...manifest, version: '0'.repeat(64) }));
    const { code, stderr } = await evaluate();
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/is not the model that .*model\.json describes/),
    ]);
  });
});
