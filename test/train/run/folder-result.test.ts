/** @file The result of a training on a folder of images, in the terminal and on the page of its report. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { report } from '../../../train/report/report.ts';
import { openRun, trainModels } from '../../../train/run/run.ts';
import { resolveSettings } from '../../../train/run/settings.ts';
import { readSummary, type Summary } from '../../../train/run/summary.ts';
import { confusionTable } from '../../../train/run/tables.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { folderOf, images } from '../dataset/folder/image-folder.ts';
import { elements, readReport, textOf } from '../report/rendered-report.ts';

describe('the result of a training on a folder', () => {
  const lines: string[] = [];
  let data: string;
  let out: string;
  let summary: Summary;
  let page: Awaited<ReturnType<typeof readReport>>;
  beforeAll(async () => {
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    afterAll(() => log.mockRestore());
    data = await folderOf({ ...images('a', 60, 1), ...images('b', 60, 101) });
    out = join(temporaryFolder(), 'run');
    const settings = {
      data,
      out,
      models: 'tinyvgg',
      device: 'cpu',
      threads: 1,
      imageSize: 8,
      epochs: 4,
      select: 'best',
      patience: 1,
    };
    await trainModels(await openRun(await resolveSettings(settings)), new AbortController().signal);
    summary = await readSummary(out);
    await report({ run: out });
    page = await readReport(out);
  });

  it('is the accuracy of the chosen epoch on the test images, with its interval, and by class', () => {
    const { confusion, epochs, chosen = Number.NaN } = summary.models.tinyvgg;
    const [[aa, ab], [ba, bb]] = confusion;
    expect(aa + ab + ba + bb).toBe(summary.images.test);
    const share = (100 * (epochs[chosen].testAccuracy ?? Number.NaN)).toFixed(2);
    expect(100 * ((aa + bb) / summary.images.test)).toBeCloseTo(Number(share), 2);
    const text = lines.join('\n');
    expect(text).toMatch(
      new RegExp(
        `Result on ${summary.images.test} test images, on which nothing was chosen: ${share} % correct, 95 % interval \\d`,
      ),
    );
    expect(text).toMatch(new RegExp(`│ a +│ +${aa} of ${aa + ab} │`));
    expect(text).toMatch(new RegExp(`│ b +│ +${bb} of ${ba + bb} │`));
    expect(text).toContain(`Chose epoch ${chosen}: validation accuracy`);
    expect(text).toMatch(/Train loss: [\d.]+ \| Validation loss: [\d.]+, validation accuracy: [\d.]+ %/);
    expect(text).not.toMatch(/Test loss/);
  });

  it('names the files of the mistakes with the highest scores', () => {
    const wrong = lines.flatMap(
      (line) => /^ {2}(.*): ([ab]), predicted as ([ab]) with/.exec(line)?.slice(1) ?? [],
    );
    const [[, ab], [ba]] = summary.models.tinyvgg.confusion;
    expect(wrong.length).toBe(3 * Math.min(5, ab + ba));
    const [path, label, prediction] = wrong;
    expect(existsSync(join(data, path))).toBe(true);
    expect(path.startsWith(`${label}/`)).toBe(true);
    expect(prediction).not.toBe(label);
  });

  it('is what evaluate prints, which prepares the images as the manifest says', async () => {
    const { tinyvgg } = summary.models;
    const args = ['evaluate', '--model', join(out, tinyvgg.onnx.path), '--data', data];
    const { stdout } = await expectSuccess(runTrainer(args));
    expect(stdout).toContain(
      `${(100 * (tinyvgg.epochs[tinyvgg.chosen ?? 0].testAccuracy ?? Number.NaN)).toFixed(2)} % of ${summary.images.test} images; 95 % interval`,
    );
    expect(stdout).not.toContain('may have seen');
    expect(stdout).toContain(confusionTable(summary.classes, tinyvgg.confusion));
  });

  it('is on the page, with the curves of the validation images', () => {
    const headings = elements(page.page, 'h2').map(textOf);
    expect(headings).toEqual(expect.arrayContaining(['Result of tinyvgg', 'Classes of tinyvgg']));
    expect(headings).not.toContain('Missing from this report');
    expect(page.figure('accuracy').getAttribute('aria-label')).toMatch(/^Validation accuracy/);
    const { validationLoss } = summary.models.tinyvgg.epochs[0];
    expect(page.figure('loss').getAttribute('aria-label')).toContain(`${validationLoss?.toFixed(3)}`);
    const table = elements(page.page, 'table').find((one) =>
      textOf(one).startsWith('Test images of tinyvgg'),
    );
    expect(elements(table ?? page.page, 'tr').map((row) => textOf(row).slice(0, 1))).toEqual(['c', 'a', 'b']);
  });
});
