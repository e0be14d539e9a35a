/**
 * @file The commands of docs/lab.md, each as it is written there, with fewer images.
 * @module-tag slow
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { LabRecords } from '../../shared/lab-records.ts';
import { SEEDS } from '../../shared/lab-samples.ts';
import { expectSuccess, ON_ONE_THREAD, runNode } from '../support/command.ts';
import { describeWithData } from '../support/data.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const guide = await readFile('docs/lab.md', 'utf8');
const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +#.*/, '')),
);
const trainings = commands.filter((line) => line.startsWith('npm run train'));

const FEWER = ['--limit', '320', ...ON_ONE_THREAD, '--no-calibration'];

/** Runs `npm run NAME -- ARGS` as npm does. */
function runScript(line: string, more: readonly string[] = []) {
  const [, name = '', rest = ''] = /^npm run (\w+)(?: -- (.*))?$/.exec(line) ?? [];
  const script = (packageJson.scripts as Record<string, string>)[name] ?? '';
  return runNode([...script.split(' ').slice(1), ...rest.split(' ').filter(Boolean), ...more]);
}

it('are of these kinds', () => {
  const kinds = commands.map((line) => line.replace(/ -- .*/, ''));
  expect(new Set(kinds)).toEqual(
    new Set([
      'npm ci && npm start',
      'npm run train',
      'npm run report',
      'npm run classify',
      'npm run lab',
      'npm run site',
    ]),
  );
});

describeWithData('the commands of docs/lab.md', () => {
  const run = join(temporaryFolder(), 'lab');

  beforeAll(async () => {
    await expectSuccess(runScript('npm run train', [...FEWER, '--out', run]));
  });

  it.each(trainings.filter((line) => line.endsWith('--summary')))('%s', async (line) => {
    const { stdout } = await expectSuccess(runScript(line));
    expect(stdout).toMatch(/│ all +│/);
  });

  it.each(trainings.filter((line) => !/--summary|--out|^npm run train$/.test(line)))('%s', async (line) => {
    const { stdout } = await expectSuccess(
      runScript(line, [...FEWER, '--out', join(temporaryFolder(), 'run')]),
    );
    expect(stdout).toMatch(/^Train loss: \d\.\d{5} \| Test loss: \d\.\d{5}, Test acc: \d+\.\d\d%$/m);
  });

  it('npm run report', async () => {
    await expectSuccess(runScript('npm run report', ['--run', run]));
    expect(await readFile(join(run, 'report/index.html'), 'utf8')).toContain('<svg');
  });

  it('npm run classify', async () => {
    const line = commands.find((each) => each.startsWith('npm run classify')) ?? '';
    expect((await expectSuccess(runScript(line))).stdout).toMatch(/trouser\.png: Trouser/);
  });

  it('npm run lab, which needs a clean commit', async () => {
    const [out, file] = [join(temporaryFolder(), 'release'), join(run, 'summary.json')];
    const summary = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...summary, gitCommit: 'abc-dirty' }));
    const refused = await runNode(['infra/tools/lab.ts', run, '--out', out]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('trained from a clean commit'),
    ]);
    await writeFile(file, JSON.stringify({ ...summary, gitCommit: 'abc' }));
    const nowhere = join(temporaryFolder(), 'nowhere');
    const without = await runNode(['infra/tools/lab.ts', run, '--out', out, '--data', nowhere]);
    expect([without.code, without.stderr]).toEqual([1, expect.stringContaining(nowhere)]);
    const { stdout } = await expectSuccess(runNode(['infra/tools/lab.ts', run, '--out', out]));
    expect(stdout).toContain(`Copied v0, v1, tinyvgg of ${run} to ${out}`);
    const records = JSON.parse(await readFile(join(out, 'records.json'), 'utf8')) as LabRecords;
    expect(Object.keys(records.models)).toEqual(['v0', 'v1', 'tinyvgg']);
    const committed = JSON.parse(await readFile('release/lab/records.json', 'utf8')) as LabRecords;
    expect(records.data).toEqual(committed.data);
    for (const [name, { printed, seconds }] of Object.entries(records.models)) {
      expect(printed).toBe(committed.models[name]?.printed);
      expect(seconds).toBeGreaterThan(0);
    }
    for (const seed of [0, 42, SEEDS - 1]) {
      const [made, kept] = await Promise.all(
        [out, 'release/lab'].map((folder) => readFile(join(folder, `samples/${seed}.png`))),
      );
      expect(made?.equals(kept ?? new Uint8Array())).toBe(true);
    }
  });
});

it('print the losses that the lab’s model 0 was released with', async () => {
  const { models } = JSON.parse(await readFile('release/lab/records.json', 'utf8')) as LabRecords;
  for (const { trainLoss, testLoss } of models.v0?.epochs ?? [])
    expect(guide).toContain(`Train loss: ${trainLoss.toFixed(5)} | Test loss: ${testLoss.toFixed(5)}, `);
});
