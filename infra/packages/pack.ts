/**
 * @file `npm run pack`: builds the packages for npm (docs/packages.md): a folder for each, and its tarball, as `npm publish` and
 * `npm install` take them.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { ROOT } from '../child-process.ts';
import { runCommand } from '../command.ts';
import { edgePackage } from './edge.ts';
import type { PackageFiles, PackageOptions } from './package.ts';
import { trainPackage } from './train.ts';

const BUILDERS = { 'tinyvgg-edge': edgePackage, 'tinyvgg-train': trainPackage };

async function main({ out: path, ...options }: PackageOptions & { out: string }): Promise<void> {
  // npm takes a relative path such as out/tinyvgg-edge for a repository of GitHub.
  const out = resolve(path);
  for (const [name, build] of Object.entries(BUILDERS)) {
    const folder = join(out, name);
    await rm(folder, { recursive: true, force: true });
    await writeFiles(folder, await build(options));
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', out, folder];
    const { stdout } = await promisify(execFile)('npm', pack);
    const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(stdout);
    const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
    console.log(
      `${join(out, filename)}: ${kilobytes(size)}, unpacked ${kilobytes(unpackedSize)} in ${entryCount} files`,
    );
  }
}

async function writeFiles(folder: string, files: PackageFiles): Promise<void> {
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

await runCommand(
  new Command('npm run pack --')
    .description('Builds the packages for npm: a folder for each, and its tarball.')
    .option('--out <folder>', 'folder for the packages', join(ROOT, 'dist/packages'))
    .option('--repository <url>', 'address of the repository for package.json')
    .action(main),
);
