/**
 * @file A teacher and its student, trained by the command line.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRelease } from '../../../train/release/release.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SHORT = ['--data', `${dataFolder}`, '--epochs', '1', '--device', 'cpu', '--threads', '1'];
const train = (...args: string[]) => runTrainer(['train', ...SHORT, ...args]);

describeWithData('train --teacher', () => {
  it('trains several models and their twins on the probabilities of a run’s model, which the report names', async () => {
    const [teacher, out] = [join(temporaryFolder(), 'wide'), join(temporaryFolder(), 'narrow')];
    const wide = ['--models', 'v1', '--hidden-units', '40', '--limit', '1600', '--no-calibration'];
    await expectSuccess(train(...wide, '--out', teacher));
    const { manifest } = await readRelease(join(teacher, 'v1.onnx'));
    const { version } = manifest;

    const narrow = ['--models', 'v0,v1', '--limit', '1280', '--teacher', teacher];
    const { stdout } = await expectSuccess(train(...narrow, '--out', out));
    expect(stdout.match(/^Learning the probabilities of the teacher v1 [0-9a-f]{64}\.$/gm)).toEqual([
      `Learning the probabilities of the teacher v1 ${version}.`,
    ]);
    expect(stdout.match(/^Computing the probabilities of the teacher: \d+ %$/gm)).toHaveLength(10);
    expect(stdout).toMatch(/v1-twin: trained on 1,152 images/);
    for (const name of ['v0', 'v1']) {
      const { training } = (await readRelease(join(out, `${name}.onnx`))).manifest;
      expect(training?.teacher).toEqual({ name: 'v1', version });
    }
    await expectSuccess(runTrainer(['report', '--run', out, '--data', `${dataFolder}`]));
    const page = await readFile(join(out, 'report', 'index.html'), 'utf8');
    expect(page).toMatch(new RegExp(`Teacher</dt><dd>v1, version <code>${version}`));
    expect(page).toContain('The training loss is that of the teacher’s probabilities, not of the labels.');
  });

  it('refuses a teacher with a label more than the data', async () => {
    const { code, stderr } = await train('--teacher', 'release/tinyvgg.onnx');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: tinyvgg [0-9a-f]{64} cannot be the teacher: .*None of these\./),
    });
  });
});
