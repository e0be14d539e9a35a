/**
 * @file The command line of the trainer, as processes.
 * @module-tag slow
 */
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../shared/digest.ts';
import { Manifest } from '../../../shared/manifest.ts';
import type { Summary } from '../../../train/run/summary.ts';
import { paint, png } from '../../fixtures/images.ts';
import { ON_ONE_THREAD, runTrainer } from '../../support/command.ts';
import { dataFolder, describeWithData } from '../../support/data.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Runs the trainer with credentials that no store accepts. */
const cli = (...args: string[]) =>
  runTrainer(args, {
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' },
  });

// Every test starts a process, which takes seconds on a busy machine.
describe('the command line', () => {
  it.each(['train', 'report', 'evaluate', 'classify', 'push', 'promote', 'rollback', 'status'])(
    'prints the defaults and exit codes of %s',
    async (command) => {
      const { code, stdout } = await cli(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(/default: /);
      expect(stdout).toMatch(/Exit codes:\n {2}0 {2}success/);
    },
  );

  it.each<[string, number, RegExp, string[]]>([
    ['an unknown option', 2, /Did you mean --device/, ['train', '--devic', 'tfjs']],
    ['an unknown device', 2, /Did you mean webgpu\?/, ['train', '--device', 'cuda']],
    ['an unknown optimizer', 2, /Did you mean adamw\?/, ['train', '--optimizer', 'AdamW']],
    [
      'an unknown device',
      2,
      /Allowed choices are auto, cpu, tfjs, reference/,
      ['train', '--device', 'abacus'],
    ],
    ['an unknown model', 2, /--models/, ['train', '--models', 'v0,resnet']],
    ['a seed that is not a number', 2, /--seed/, ['train', '--seed', 'lucky']],
    [
      'a missing configuration file',
      2,
      /cannot read --config nowhere\.json/,
      ['train', '--config', 'nowhere.json'],
    ],
    ['a folder without images', 3, /no image in docs/, ['train', '--data', 'docs']],
    [
      'a size for Fashion-MNIST',
      2,
      /cannot use --image-size with Fashion-MNIST/,
      ['train', '--image-size', '32'],
    ],
    [
      'a class that Fashion-MNIST cannot name',
      2,
      /cannot use --none with Fashion-MNIST/,
      ['train', '--none', 'Bag'],
    ],
    [
      'photos in a job that names its images by their digests',
      2,
      /cannot use --photos in a job .*Use npm run train -- --photos, then npm run push/,
      ['retrain', '--recipe', 'edge', '--photos', 'docs', '--endpoint', 'http://127.0.0.1:9'],
    ],
    ['a file that is not a model', 5, /cannot read an ONNX model/, ['evaluate', '--model', 'package.json']],
    ['a missing image', 2, /cannot read nowhere\.png/, ['classify', 'nowhere.png']],
    ['a file that is not an image', 8, /./, ['classify', 'package.json']],
    ['a store that does not respond', 6, /127\.0\.0\.1:9/, ['status', '--endpoint', 'http://127.0.0.1:9']],
  ])('exits with the documented code for %s', async (_, expected, message, args) => {
    const { code, stderr } = await cli(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(expected);
  });

  it.each<[string, RegExp, string[]]>([
    ['learning rate', /option '--lr, --learning-rate <number>' is empty/, ['train', '--learning-rate', '']],
    ['run folder', /--out <folder>' is empty/, ['train', '--out', '']],
    ['folder to resume', /--resume <folder>' is empty/, ['train', '--resume', ' ']],
    ['bucket', /--bucket <name>' is empty/, ['status', '--bucket', '']],
    ['origin of the local store', /--local \[origin\]' is empty/, ['status', '--local', '']],
    ['image', /the argument 'images' is empty/, ['classify', 'examples/trouser.png', '']],
    ['number of labels', /--top-k/, ['classify', 'examples/trouser.png', '--top-k', '']],
    ['share', /--tolerance/, ['retrain', '--tolerance', ' ']],
  ])('rejects an empty %s', async (_, message, args) => {
    const { code, stderr } = await cli(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it.each([
    ['FASHION_MNIST_DIR', ['train']],
    ['MODEL_BUCKET', ['status']],
    ['SWEEP_SHARES', ['sweep', '--grid', 'package.json']],
  ])('rejects an empty environment variable %s', async (name, args) => {
    const { code, stderr } = await runTrainer(args, { env: { ...process.env, [name]: '' } });
    expect([code, stderr]).toEqual([2, expect.stringContaining(name)]);
  });

  it('names an invalid key of a configuration file', async () => {
    const config = join(temporaryFolder(), 'config.json');
    await writeFile(config, JSON.stringify({ epoch: 3 }));
    const { code, stderr } = await cli('train', '--config', config);
    expect(code).toBe(2);
    expect(stderr).toMatch(/config\.json.*epoch/);
  });
});

describe('classify', () => {
  it('prints the labels of an image, best first', async () => {
    const { stdout } = await cli('classify', 'examples/trouser.png', '--json', '--top-k', '2');
    const { image, predictions } = JSON.parse(stdout);
    expect(image).toBe('examples/trouser.png');
    expect(predictions).toMatchObject([{ label: 'Trouser', index: 1 }, {}]);
    expect(predictions[0].score).toBeGreaterThan(predictions[1].score);
  });

  it('classifies the images of a folder', async () => {
    const folder = temporaryFolder();
    for (const name of ['b.png', 'a.PNG']) await cp('examples/trouser.png', join(folder, name));
    await writeFile(join(folder, 'notes.txt'), 'no image');
    const { code, stdout } = await cli('classify', folder);
    expect(code).toBe(0);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(':', 1)[0]);
    expect(names).toEqual([join(folder, 'a.PNG'), join(folder, 'b.png')]);
    const none = await cli('classify', temporaryFolder());
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('expected image files in it') });
  });

  it('answers for the other images when some cannot be read, and exits with the code of the first one', async () => {
    const images = ['nowhere.png', 'examples/trouser.png', 'package.json', 'examples/trouser.png'];
    const { code, stdout, stderr } = await cli('classify', ...images);
    expect(code).toBe(2);
    expect(stdout.match(/^examples\/trouser\.png: Trouser/gm)?.length).toBe(2);
    expect(stderr).toMatch(
      /^error: cannot read nowhere\.png.*\nerror: package\.json: cannot read the image.*\n$/,
    );

    const json = await cli('classify', ...images.slice(1), '--json');
    expect(json.code).toBe(8);
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { image: 'examples/trouser.png', abstained: null },
      { image: 'package.json', error: expect.stringMatching(/package\.json: cannot read the image/) },
      { image: 'examples/trouser.png', abstained: null },
    ]);
  });

  it('prints the steps of the photo pipeline', async () => {
    const photo = join(temporaryFolder(), 'shirt.png');
    // A dark T on a light floor.
    const { data } = paint(120, 160, (x, y) => {
      const isGarment = y > 30 && ((y < 60 && x > 20 && x < 100) || (y < 130 && x > 40 && x < 80));
      return isGarment ? [30, 30, 60] : [230, 230, 230];
    });
    await writeFile(photo, await png(120, 160, data, { channels: 4 }));
    const { stdout } = await cli('classify', photo, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      steps: [{ step: 'mask', share: expect.any(Number) }, { step: 'tone' }, { step: 'place' }],
      warnings: [],
    });
  });
});

describeWithData('the command line with the data set', () => {
  it('trains, records, exports and evaluates the models of flags and configuration', async () => {
    const folder = temporaryFolder();
    const [config, out] = [join(folder, 'config.json'), join(folder, 'run')];
    await writeFile(
      config,
      JSON.stringify({ models: ['v0', 'tinyvgg'], epochs: 9, limit: 320, data: dataFolder }),
    );
    const trained = await cli('train', '--config', config, '--epochs', '1', '--out', out);
    expect(trained.stderr).toBe('');
    expect(trained.stdout).toMatch(/Device cpu: .*\nEngine cpu: WebAssembly kernels/);
    expect(trained.stdout).toMatch(
      /Epoch: 0\n-------\nLooked at 0\/320 samples\n\nTrain loss: \d\.\d{5} \| Test loss: \d\.\d{5}, Test acc: \d+\.\d\d%/,
    );
    expect(trained.stdout).toMatch(/│ tinyvgg │ .*7,740 │/);

    const summary: Summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({
      recipe: 'lab',
      seed: 42,
      epochs: 1,
      batchSize: 32,
      images: { train: 320, test: 320 },
    });
    expect(Object.keys(summary.models)).toEqual(['v0', 'tinyvgg']);
    expect(Object.values(summary.dataset)).toContain('8d4fb7e6c68d591d4c3dfef9ec88bf0d');
    for (const [name, { onnx, epochs }] of Object.entries(summary.models)) {
      const bytes = new Uint8Array(await readFile(join(out, onnx.path)));
      expect([await sha256(bytes), bytes.length]).toEqual([onnx.sha256, onnx.bytes]);
      expect(epochs.length).toBe(1);
      const manifest = v.parse(Manifest, JSON.parse(await readFile(join(out, `${name}.json`), 'utf8')));
      expect(manifest).toMatchObject({
        name,
        version: onnx.sha256,
        metrics: epochs[0],
        training: {
          ...{ images: 320, epochs: 1, recipe: 'lab', changed: ['epochs', 'limit'] },
          settings: { epochs: 1, batchSize: 32, optimizer: 'sgd', learningRate: 0.1, limit: 320 },
        },
        calibration: { method: 'temperature', heldOut: 32, ece: { bins: 15, images: 320 } },
      });
      expect(summary.models[name].calibration).toEqual(manifest.calibration);
      expect(existsSync(join(out, `${name}.safetensors`))).toBe(true);
    }

    const { temperature = 0, ece: { before, after } = { before: 0, after: 0 } } =
      summary.models.v0.calibration ?? {};
    expect(trained.stdout).toContain(
      `Temperature ${temperature.toFixed(4)}: expected calibration error ${percent(before)} before, ${percent(after)} after, on 320 test images`,
    );
    expect(trained.stdout).toMatch(new RegExp(`│ v0 .* ${percent(before)} → ${percent(after)} │`));
    expect(trained.stdout).toContain('v0-twin: trained on 288 images, and tested on 32, to calibrate v0');
    expect(trained.stdout).not.toMatch(/│ v0-twin/);

    const again = await cli('train', '--config', config, '--out', out);
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/already contains a run/)]);

    const evaluated = await cli(
      'evaluate',
      '--model',
      join(out, 'v0.onnx'),
      '--data',
      dataFolder as string,
      '--json',
    );
    const result = JSON.parse(evaluated.stdout);
    expect(result).toMatchObject({
      model_name: 'v0',
      temperature,
      ece: { before: expect.any(Number), after: expect.any(Number), bins: 15, images: 10_000 },
      model_loss: expect.any(Number),
      model_acc: expect.any(Number),
    });
    expect(result.confusion.map((row: number[]) => row.reduce((a, b) => a + b))).toEqual(
      new Array(10).fill(1000),
    );
  });

  it('calibrates on held-out images without a second training', async () => {
    const folder = temporaryFolder();
    const job = [
      'train',
      ...ON_ONE_THREAD,
      '--models',
      'v0',
      '--epochs',
      '1',
      '--data',
      dataFolder as string,
    ];
    const run = async (out: string, ...flags: string[]) => {
      const { code, stdout, stderr } = await cli(...job, ...flags, '--out', join(folder, out));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toMatch(/twin/);
      const manifest = v.parse(Manifest, JSON.parse(await readFile(join(folder, out, 'v0.json'), 'utf8')));
      return { manifest, stdout };
    };
    const held = await run('held', '--limit', '500', '--held-out', '100');
    expect(held.manifest).toMatchObject({ training: { images: 500 }, calibration: { heldOut: 100 } });
    // Held-out images do not change the trained weights.
    const plain = await run('plain', '--limit', '500', '--no-calibration');
    expect(plain.manifest.version).toBe(held.manifest.version);
    expect(plain.manifest).not.toHaveProperty('calibration');
    expect(plain.stdout).toMatch(/│ v0 .* – │/);

    const most = await cli(...job, '--held-out', '30001', '--out', join(folder, 'most'));
    expect([most.code, most.stderr]).toEqual([2, expect.stringMatching(/held-out.*30000/)]);
  });
});
