/**
 * @file Commands whose output nobody reads, or whose output cannot be written.
 * @module-tag slow
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ON_ONE_THREAD, run, runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Runs a command of the trainer in a shell. `redirect` follows it in the command line. */
const inShell = (args: string[], redirect: string) =>
  run('bash', [
    ...['-c', `set -o pipefail; "$@" ${redirect}`, 'bash'],
    ...[process.execPath, 'train/cli/main.ts', ...args],
  ]);

/** util-linux's `script` provides a terminal. */
const hasTerminal = spawnSync('script', ['--version']).status === 0;

const CLASSIFY = ['classify', ...Array(5).fill('examples/trouser.png')];

describe('the command line', () => {
  it.each([
    ['stdout', '| head -1'],
    ['stdout and stderr', '2>&1 | head -1'],
    ['nothing', '| true'],
  ])('succeeds when the reader of %s ends', async (_, redirect) => {
    expect(await inShell(CLASSIFY, redirect)).toMatchObject({ code: 0, stderr: '' });
  });

  it('of classify stops when nobody reads the predictions', async () => {
    // The reader ends after the first image, and the last one cannot be read.
    const { code, stderr } = await inShell([...CLASSIFY, 'nowhere.png'], '| head -1');
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each([
    ['stdout', '>&-'],
    ['stderr', '2>&-'],
  ])('succeeds with a closed %s', async (_, redirect) => {
    expect(await inShell(CLASSIFY, redirect)).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('reports once that its output cannot be written', async () => {
    const { code, stderr } = await inShell(CLASSIFY, '> /dev/full');
    expect(stderr).toMatch(/^error: cannot write the output: ENOSPC.*\n$/);
    expect(code).toBe(9);
    expect((await inShell(CLASSIFY, '> /dev/full 2>&1')).code).toBe(9);
  });

  it('keeps the exit code of an error when nobody reads', async () => {
    const { code } = await inShell(['status', '--endpoint', 'http://127.0.0.1:9'], '2>&1 | true');
    expect(code).toBe(6);
  });

  it('of a tool in infra writes its file when nobody reads', async () => {
    const out = join(temporaryFolder(), 'page.html');
    const photos = ['package.json', 'package.json', 'examples/trouser.png'];
    const tool = [process.execPath, 'infra/tools/photo-page.ts', ...photos, '--out', out];
    const command = ['-c', 'set -o pipefail; "$@" 2>&1 | true', 'bash', ...tool];
    expect(await run('bash', command)).toMatchObject({ code: 1, stderr: '' });
    expect(existsSync(out)).toBe(true);
  });

  it('ends although something keeps the process alive', async () => {
    const env = { ...process.env, NODE_OPTIONS: '--import=data:text/javascript,setInterval(()=>{},1e6)' };
    const { code } = await runTrainer(['status', '--endpoint', 'none'], { env });
    expect(code).toBe(2);
  });
});

describeWithData('a training', () => {
  it.each(['| head -1', '2>&1 | head -1', '>&- 2>&-'])('goes on to its end with %s', async (redirect) => {
    const out = join(temporaryFolder(), 'run');
    const job = ['--data', `${dataFolder}`, '--models', 'v0', '--epochs', '2', '--limit', '4000'];
    const { code, stderr } = await inShell(['train', ...job, ...ON_ONE_THREAD, '--out', out], redirect);
    expect([code, stderr]).toEqual([0, '']);
    expect(await readdir(out)).toContain('v0.onnx');
  });

  it.skipIf(!hasTerminal)(
    `goes on to its end when its terminal closes${hasTerminal ? '' : ' (skipped: no script command)'}`,
    async () => {
      const [out, exit] = [join(temporaryFolder(), 'run'), join(temporaryFolder(), 'exit')];
      const job = `--data ${dataFolder} ${ON_ONE_THREAD.join(' ')} --models v0 --epochs 20 --limit 4000 --out ${out}`;
      const train = `${process.execPath} train/cli/main.ts train ${job}`;
      const terminal = spawn('script', ['-qec', `trap "" HUP; ${train}; echo $? > ${exit}`, '/dev/null']);
      for await (const text of terminal.stdout.setEncoding('utf8')) if (text.includes('Epoch: 0')) break;
      terminal.kill('SIGKILL');
      await expect.poll(() => existsSync(exit) && readFileSync(exit, 'utf8')).toBe('0\n');
    },
  );
});
