/**
 * @file Runs that are killed, interrupted, or out of disk space: what remains, and that a resumed run reaches the same weights.
 * @module-tag slow
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { Generator } from '../../../train/random.ts';
import { readMetrics } from '../../../train/run/metrics-file.ts';
import type { Summary } from '../../../train/run/summary.ts';
import { ON_ONE_THREAD, type OnOutput, run, runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const train = (args: string[], onOutput?: OnOutput) => runTrainer(['train', ...args], { onOutput });

const MODELS = ['v1', 'tinyvgg'];
/** Training images: a multiple of the batch sizes. */
const IMAGES = 960;
const SMALL = ['--data', `${dataFolder}`, '--epochs', '2', '--limit', `${IMAGES}`];
const JOB = [...SMALL, ...ON_ONE_THREAD, '--models', MODELS.join()];
const newFolder = () => join(temporaryFolder(), 'run');

/** util-linux's `script` provides a terminal. */
const hasTerminal = spawnSync('script', ['--version']).status === 0;

/** Reads the weights and manifests byte for byte, and the summary and metrics without their times. */
async function resultOf(folder: string) {
  const files = MODELS.flatMap((name) => [`${name}.safetensors`, `${name}.json`]);
  const release = await Promise.all(files.map((file) => readFile(join(folder, file))));
  const summary: Summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  const models = Object.entries(summary.models).map(([name, model]) => ({ name, ...model, trainSeconds: 0 }));
  const metrics = (await readMetrics(join(folder, 'metrics.jsonl'))).map((entry) => ({
    ...entry,
    seconds: 0,
  }));
  return { release, models, metrics };
}

describeWithData('a run', () => {
  const whole = newFolder();
  let expected: Awaited<ReturnType<typeof resultOf>>;
  beforeAll(async () => {
    expect(await train([...JOB, '--out', whole])).toMatchObject({ code: 0, stderr: '' });
    expected = await resultOf(whole);
    for (const { calibration } of expected.models) expect(calibration?.heldOut).toBe(IMAGES / 10);
  });

  it('ends with the same weights when it is killed with SIGKILL repeatedly', async () => {
    const folder = newFolder();
    const chance = Generator.seeded(Date.now());
    let kills = 0;
    let args = [...JOB, '--out', folder, '--checkpoint-every', '0'];
    while (true) {
      // Each process runs longer than the one before, so that the run ends after some ten of them, also on a busy machine.
      const delay = (chance.random() % 60) + 12 * 1.8 ** kills;
      let begun = false;
      const { code, signal, stderr } = await train(args, (output, child) => {
        if (begun || !/Epoch: \d/.test(output)) return;
        begun = true;
        setTimeout(() => child.kill('SIGKILL'), delay);
      });
      if (signal === null) {
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        break;
      }
      kills += 1;
      args = ['--resume', folder];
    }
    expect(kills).toBeGreaterThanOrEqual(5);
    expect(await resultOf(folder)).toEqual(expected);
    const left = await readdir(join(folder, 'checkpoints'));
    expect(left.filter((name) => !name.endsWith('.safetensors'))).toEqual([]);
    console.log(`${kills} kills`);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    'saves a checkpoint at the first %s, exits with %i, and can be resumed',
    async (signal, status) => {
      const folder = newFolder();
      let sent = false;
      const stopped = await train([...JOB, '--out', folder], (output, child) => {
        if (!sent && /tinyvgg: .*Epoch: 0/s.test(output)) {
          sent = true;
          setTimeout(() => child.kill(signal), 20);
        }
      });
      expect(stopped.code).toBe(status);
      expect(stopped.stderr).toContain(
        `Interrupted by ${signal}. Resume with: npm run train -- --resume ${folder}`,
      );
      const saved = (await readdir(join(folder, 'checkpoints'))).filter((name) => /^tinyvgg-step/.test(name));
      expect(saved.length).toBe(1);
      expect(await readdir(folder)).not.toContain('tinyvgg.onnx');

      // There is only this checkpoint. When it is damaged, the model is trained from the start, with a warning.
      if (signal === 'SIGINT') await writeFile(join(folder, 'checkpoints', saved[0]), 'damaged');
      const resumed = await train(['--resume', folder]);
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      expect(resumed.stdout).toMatch(
        signal === 'SIGINT' ? /Skipping the checkpoint/ : /Resuming after step \d+/,
      );
      expect(await resultOf(folder)).toEqual(expected);
    },
  );

  it('that has finished prints its table again when it is resumed', async () => {
    const again = await train(['--resume', whole]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/│ tinyvgg │/) });
    expect(await resultOf(whole)).toEqual(expected);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'resumes the training of a twin after %s, to the same calibration',
    async (signal) => {
      const folder = newFolder();
      let watch: NodeJS.Timeout | undefined;
      const options = ['--checkpoint-every', '0.05', '--out', folder];
      const stopped = await train([...JOB, ...options], (output, child) => {
        if (watch || !output.includes('tinyvgg-twin: ')) return;
        watch = setInterval(() => {
          const saved = readdirSync(join(folder, 'checkpoints'));
          if (!saved.some((name) => name.startsWith('tinyvgg-twin-step'))) return;
          clearInterval(watch);
          child.kill(signal);
        }, 5);
      });
      expect([stopped.code, stopped.signal]).toEqual(signal === 'SIGTERM' ? [143, null] : [null, signal]);
      expect(await readdir(folder)).not.toContain('tinyvgg.onnx');

      const resumed = await train(['--resume', folder]);
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      const [own, twins] = [...resumed.stdout.matchAll(/Resuming after step (\d+)/g)].map(
        ([, step]) => +step,
      );
      expect(own).toBe(2 * (IMAGES / 32));
      expect(twins).toBeGreaterThan(0);
      expect(twins).toBeLessThan(own);
      expect(await resultOf(folder)).toEqual(expected);
    },
  );

  it('is not calibrated when its settings have no `calibration`, as in old runs', async () => {
    const folder = newFolder();
    let sent = false;
    await train([...JOB, '--no-calibration', '--out', folder], (output, child) => {
      if (!sent && /tinyvgg: .*Epoch: 0/s.test(output)) sent = child.kill('SIGKILL');
    });
    const path = join(folder, 'settings.json');
    const { heldOut, calibration, ...settings } = JSON.parse(await readFile(path, 'utf8'));
    expect([heldOut, calibration]).toEqual([0, false]);
    await writeFile(path, JSON.stringify(settings));
    expect(await train(['--resume', folder])).toMatchObject({ code: 0, stderr: '' });
    const { models, metrics } = await resultOf(folder);
    expect(models).toEqual(expected.models.map(({ calibration, reliability, ...model }) => model));
    expect(metrics).toEqual(expected.metrics.filter(({ model }) => !model.endsWith('-twin')));
    const manifest = JSON.parse(await readFile(join(folder, 'tinyvgg.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('calibration');
  });

  it('of the recipe edge with AdamW, averaged weights and the best epoch resumes within an epoch, to the same weights', async () => {
    const job = [
      // On all cores, as by default.
      ...[...SMALL, '--device', 'cpu', '--recipe', 'edge', '--optimizer', 'adamw', '--averaging', '0.9'],
      ...['--label-smoothing', '0.1', '--select', 'best', '--held-out', '640'],
    ];
    const weights = (folder: string) => readFile(join(folder, 'tinyvgg.safetensors'));
    const unbroken = newFolder();
    expect(await train([...job, '--out', unbroken])).toMatchObject({ code: 0, stderr: '' });
    const summary: Summary = JSON.parse(await readFile(join(unbroken, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ schedule: 'cosine', augmentation: 'photo-2', heldOut: 640 });

    const broken = newFolder();
    let sent = false;
    const stopped = await train([...job, '--out', broken], (output, child) => {
      if (sent || !/Epoch: 0/.test(output)) return;
      sent = true;
      setTimeout(() => child.kill('SIGTERM'), 20);
    });
    expect(stopped.code).toBe(143);
    const [saved] = await readdir(join(broken, 'checkpoints'));
    const steps = Number(/step(\d+)/.exec(saved)?.[1]);
    expect(steps % (IMAGES / 64)).toBeGreaterThan(0);
    expect(await train(['--resume', broken])).toMatchObject({ code: 0, stderr: '' });
    expect(await weights(broken)).toEqual(await weights(unbroken));
  });

  it('exits with 10 when it diverges, and keeps earlier checkpoints', async () => {
    const folder = newFolder();
    const options = ['--learning-rate', '1e18', '--checkpoint-every', '0', '--out', folder];
    const { code, stderr } = await train([...JOB, ...options]);
    expect(code).toBe(10);
    expect(stderr).toMatch(/diverged.*expected a finite (loss|weight), got .*smaller learning rate/);
    const kept = (await readdir(join(folder, 'checkpoints'))).filter((name) => /step/.test(name));
    expect(kept.length).toBeGreaterThanOrEqual(1);
  });

  it.skipIf(!hasTerminal)(
    `ends when Ctrl-C is pressed on a terminal with a progress bar${hasTerminal ? '' : ' (skipped: no script command)'}`,
    async () => {
      const command = [process.execPath, 'train/cli/main.ts', 'train', ...JOB, '--out', newFolder()].join(
        ' ',
      );
      let interrupted = false;
      const { code, output } = await run('script', ['-qec', command, '/dev/null'], {
        onOutput: (output, child) => {
          if (interrupted || !output.includes('█')) return;
          interrupted = true;
          // Ctrl-C
          child.stdin.write('\x03');
        },
      });
      expect([code, output]).toEqual([130, expect.stringMatching(/Interrupted by SIGINT/)]);
    },
  );

  it('fails before training when the run folder cannot be written', async () => {
    const { code, stdout, stderr } = await train([...JOB, '--out', 'package.json/run']);
    expect([code, stderr]).toEqual([
      9,
      expect.stringMatching(/cannot write package\.json\/run\/settings\.json.*got/),
    ]);
    expect(stdout).not.toMatch(/Epoch/);
  });

  it('names the checkpoint that does not fit on the disk, and can be resumed when there is space', async () => {
    const folder = newFolder();
    // With a limit of 20 KiB per file, settings, summary and metrics fit, but a checkpoint does not.
    const command = [process.execPath, 'train/cli/main.ts', 'train', ...JOB, '--out', folder];
    const full = await run('bash', ['-c', 'ulimit -f 20; exec "$@"', 'bash', ...command]);
    expect([full.code, full.stderr]).toEqual([9, expect.stringMatching(/cannot write .*checkpoints.*EFBIG/)]);
    expect(await readdir(join(folder, 'checkpoints'))).toEqual([]);
    expect((await train(['--resume', folder])).code).toBe(0);
    expect(await resultOf(folder)).toEqual(expected);
  });

  it.each([
    ['another setting with --resume', ['--resume', 'runs', '--seed', '3'], /cannot use --seed with --resume/],
    [
      'a folder without a run',
      ['--resume', 'infra'],
      /cannot resume infra: expected the folder of a run, got a folder without settings\.json/,
    ],
    [
      'momentum for Adam',
      ['--optimizer', 'adam', '--momentum', '0.9'],
      /momentum.*expected the optimizer sgd/,
    ],
    ['a negative learning rate', ['--learning-rate', '-1'], /--learning-rate/],
  ])('rejects %s', async (_, args, message) => {
    const { code, stderr } = await train(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
