/**
 * @file tinyvgg-train as its users install it: the command line and the library, with Node 22 and 24.
 * @module-tag slow
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { colourPng } from '../../train/report/png.ts';
import { codeDigest } from '../../train/run/provenance.ts';
import { BARE, type Ended, expectSuccess, type RunOptions, run, runNode } from '../support/command.ts';
import { dataFolder } from '../support/data.ts';
import { createProject, describeWithRegistry, type Project } from '../support/npm-project.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { filesIn, NODES, nodeOf, readmeExamples, tarball } from './packages.ts';

const MEGABYTE = 2 ** 20;

/** A training that takes a second. Two threads load the module of the threads. */
const TRAIN = ['train', '--data', 'photos', '--epochs', '3', '--threads', '2', '--device', 'cpu'];

await describeWithRegistry('tinyvgg-train, installed', () => {
  let project: Project;
  /** Has what a check needs beside the package, so that the project has nothing else. */
  let tools: Project;
  /** The run folder of TRAIN. */
  let complete: string;

  beforeAll(async () => {
    project = await createProject({
      dependencies: { 'tinyvgg-train': `file:${await tarball('tinyvgg-train')}` },
    });
    tools = await createProject({
      devDependencies: {
        ...{ typescript: '5.9', typescript7: 'npm:typescript@7', '@types/node': '22' },
      },
    });
    await project.write(photos());
    complete = await trainWith('complete');
    return () => Promise.all([project.remove(), tools.remove()]);
  });

  /** Runs a command without the checkout's data set and cache. */
  const command = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
    project.run('tinyvgg-train', args, {
      env: { ...BARE, HOME: temporaryFolder() },
      ...options,
    });

  async function trainWith(out: string): Promise<string> {
    await expectSuccess(command([...TRAIN, '--out', out]));
    return out;
  }

  const onnxOf = (out: string) => readFile(join(project.folder, out, 'photos.onnx'));

  it('takes less than 80 MB on disk with its dependencies', async () => {
    const folder = join(project.folder, 'node_modules');
    const files = await Promise.all((await filesIn(folder)).map((path) => stat(join(folder, path))));
    expect(files.reduce((sum, { blocks }) => sum + 512 * blocks, 0)).toBeLessThan(80 * MEGABYTE);
  });

  it('`npx tinyvgg-train train` trains on a folder of photos', async () => {
    expect(await readdir(join(project.folder, complete))).toEqual(
      expect.arrayContaining(['photos.json', 'photos.onnx', 'photos.safetensors', 'summary.json']),
    );
  });

  it('trains with Node 22 to the same model as with Node 24', async () => {
    const program = join(project.folder, 'node_modules/tinyvgg-train/bin/tinyvgg-train.js');
    const args = [program, ...TRAIN, '--out', 'older'];
    await expectSuccess(run(await nodeOf('Node 22'), args, { cwd: project.folder }));
    expect(await onnxOf('older')).toEqual(await onnxOf(complete));
  });

  it('resumes an interrupted training to the same model', async () => {
    let isInterrupted = false;
    const { code, output } = await command([...TRAIN, '--out', 'interrupted'], {
      onOutput(output, child) {
        if (isInterrupted || !output.includes('Epoch: 1')) return;
        isInterrupted = true;
        child.kill('SIGINT');
      },
    });
    expect([code, output]).toEqual([
      130,
      expect.stringContaining('Resume with: npx tinyvgg-train train --resume interrupted'),
    ]);
    await expectSuccess(command(['train', '--resume', 'interrupted']));
    expect(await onnxOf('interrupted')).toEqual(await onnxOf(complete));
  });

  it('evaluates a model, and reports a run as a page', async () => {
    const model = ['--model', join(complete, 'photos.onnx')];
    const { stdout } = await expectSuccess(command(['evaluate', ...model, '--data', 'photos']));
    expect(stdout).toMatch(/accuracy +\d+\.\d\d %/);
    await expectSuccess(command(['report', '--run', complete]));
    expect(await readFile(join(project.folder, complete, 'report/index.html'), 'utf8')).toContain('<svg');
  });

  it('classifies with the model that comes with it', async () => {
    const photo = await readFile('examples/trouser.png');
    await project.write({ 'trouser.png': photo });
    const { stdout } = await expectSuccess(command(['classify', 'trouser.png', '--json']));
    expect(JSON.parse(stdout).predictions[0].label).toBe('Trouser');
  });

  it('records the code that it was built from', async () => {
    const file = join(project.folder, 'node_modules/tinyvgg-train/provenance.json');
    const { code, commit } = JSON.parse(await readFile(file, 'utf8'));
    expect(code).toBe(await codeDigest());
    const summary = JSON.parse(await readFile(join(project.folder, complete, 'summary.json'), 'utf8'));
    expect(summary.gitCommit).toBe(commit);
  });

  it.each([
    ['tfjs', 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm'],
    ['webgpu', 'npm install webgpu'],
  ])('names the packages that the device %s needs', async (device, install) => {
    const { code, stderr } = await command([...TRAIN, '--out', device, '--device', device]);
    expect([code, stderr]).toEqual([4, expect.stringContaining(`Install it with \`${install}\`.`)]);
  });

  describe('the library', () => {
    const EXAMPLE = 'example.ts';
    const OWN = 'own-network.ts';

    beforeAll(async () => {
      const guide = await readFile('docs/train.md', 'utf8');
      const snippet = /```ts\n(import [\s\S]*?)```/.exec(guide)?.[1] ?? '';
      const example = await readFile('examples/train.ts', 'utf8');
      const own = await readFile('examples/own-network.ts', 'utf8');
      await project.write({
        'guide.ts': snippet,
        ...(await readmeExamples('tinyvgg-train')),
        [EXAMPLE]: example.replace("'../train/index.ts'", "'tinyvgg-train'"),
        [OWN]: own.replace("'../train/index.ts'", "'tinyvgg-train'"),
      });
    });

    it.each(
      ['typescript', 'typescript7'].flatMap((compiler) =>
        ['nodenext', 'bundler'].map((resolution) => [compiler, resolution] as const),
      ),
    )('has types for %s with moduleResolution %s', async (compiler, resolution) => {
      const installed = join(tools.folder, 'node_modules');
      const module = resolution === 'bundler' ? 'esnext' : resolution;
      const args = [
        ...'--strict --skipLibCheck false --noEmit --target es2023 --lib es2023 --types node'.split(' '),
        ...['--typeRoots', join(installed, '@types'), '--module', module, '--moduleResolution', resolution],
        ...['guide.ts', 'readme-0.ts', EXAMPLE, OWN],
      ];
      const program = join(installed, compiler, 'bin/tsc');
      await expectSuccess(runNode([program, ...args], { cwd: project.folder }));
    });

    it('trains a network of its own, and makes its release', async () => {
      const { stdout } = await expectSuccess(run(process.execPath, [OWN, 'own'], { cwd: project.folder }));
      expect(stdout).toContain(`Release: ${join('own', 'discs.onnx')}`);
    });

    it.skipIf(!dataFolder).each(NODES)('trains with the example of the guide (%s)', async (node) => {
      const javascript = join(project.folder, 'example.js');
      await project.write({ 'example.js': await readFile(join(project.folder, EXAMPLE)) });
      const { stdout } = await expectSuccess(
        run(await nodeOf(node), [javascript, 'example.onnx'], { cwd: project.folder }),
      );
      expect(stdout).toMatch(/Epoch 1: [78]\d\.\d\d %/);
    });
  });
});

/** Returns photos of two classes: red ones and blue ones, each with noise of its own. */
function photos(): Record<string, Uint8Array> {
  const classes = { red: [210, 50, 50], blue: [50, 50, 210] };
  const files = Object.entries(classes).flatMap(([name, colour]) =>
    Array.from({ length: 40 }, (_, photo): [string, Uint8Array] => {
      const noise = (i: number) => (((photo + 1) * 2_654_435_761 + i * 40_503) >>> 7) % 60;
      const pixels = Uint8Array.from({ length: 24 * 24 * 3 }, (_, i) => (colour[i % 3] ?? 0) - 30 + noise(i));
      return [`photos/${name}/${photo}.png`, colourPng(pixels, 24)];
    }),
  );
  return Object.fromEntries(files);
}
