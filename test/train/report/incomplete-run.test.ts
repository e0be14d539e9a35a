/** @file The report of a run that is incomplete, or whose files are missing or invalid. */
import { appendFile, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAB_MODELS } from '../../../train/model/zoo.ts';
import { report } from '../../../train/report/report.ts';
import { expectSuccess, runTrainer } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { makeRun, NOWHERE } from './invented-run.ts';
import { elements, readReport, textOf } from './rendered-report.ts';

describe('the report of an incomplete run', () => {
  it('distinguishes a model in training from one that has not started', async () => {
    const folder = await makeRun(['v0']);
    await writeFile(join(folder, 'settings.json'), JSON.stringify({ models: LAB_MODELS }));
    const record = { type: 'steps', model: 'v1', epoch: 1, step: 225, loss: 0.9, seconds: 1 };
    await appendFile(join(folder, 'metrics.jsonl'), `${JSON.stringify(record)}\n{"type":"st`);
    await report({ run: folder, data: NOWHERE });
    const { page, names, figure } = await readReport(folder);
    expect(elements(page, 'li').map(textOf)).toEqual([
      'v1 is not finished: its last record is step 225, in epoch 2 of 2.',
      'tinyvgg has not started.',
      expect.stringMatching(/^No predictions of test images/),
    ]);
    expect(names).not.toContain('confusion-v1.svg');
    expect(elements(figure('loss'), 'text').map(textOf)).toContain('v1');
  });

  it('is a page before the first step', async () => {
    const folder = await makeRun([]);
    await rm(join(folder, 'metrics.jsonl'));
    await report({ run: folder });
    const { page, names } = await readReport(folder);
    expect(names).toEqual(['index.html']);
    expect(textOf(page)).toContain('metrics.jsonl has no steps, so there is no curve of the training loss.');
  });

  it('leaves out models whose files are missing', async () => {
    const folder = await makeRun(['v0']);
    await rm(join(folder, 'v0.safetensors'));
    await report({ run: folder, data: NOWHERE });
    const { page } = await readReport(folder);
    expect(textOf(page)).toMatch(/No release of v0: cannot read .*v0\.safetensors/);
  });

  it('escapes the text of files', async () => {
    const hostile = `<script>alert('1')</script> & "quotes"`;
    const folder = await makeRun(['v0'], {
      recipe: hostile,
      device: { name: hostile, description: hostile },
      dataset: { [hostile]: hostile },
    });
    await report({ run: folder, data: NOWHERE });
    const { page } = await readReport(folder);
    expect(elements(page, 'script')).toEqual([]);
    expect(elements(page, 'dd').map(textOf)).toContain(hostile);
    expect(elements(page, 'dt').map(textOf)).toContain(hostile);
  });

  it.each([
    ['no folder', NOWHERE, undefined, /ENOENT.*npm run train/],
    ['no JSON', undefined, '{', /cannot read .*summary\.json.*JSON/],
    ['another format', undefined, '{"formatVersion":2}', /formatVersion/],
  ])('throws a usage error for %s', async (_, run, content, message) => {
    const folder = run ?? temporaryFolder();
    if (content) await writeFile(join(folder, 'summary.json'), content);
    await expect(report({ run: folder })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('uses the newest run by default', async () => {
    const cwd = temporaryFolder();
    const cli = () => runTrainer(['report', '--data', NOWHERE], { cwd });
    expect(await cli()).toMatchObject({ code: 2, stderr: expect.stringContaining('no run in') });
    const summary = await readFile(join(await makeRun([]), 'summary.json'));
    for (const name of ['newest', 'older']) {
      await mkdir(join(cwd, 'runs', name), { recursive: true });
      await writeFile(join(cwd, 'runs', name, 'summary.json'), summary);
    }
    await utimes(join(cwd, 'runs', 'older', 'summary.json'), 0, 1e9);
    await mkdir(join(cwd, 'runs', 'without-summary'));
    const { stdout } = await expectSuccess(cli());
    expect(stdout).toContain(`Report: ${join('runs', 'newest', 'report', 'index.html')}`);
  });
});
