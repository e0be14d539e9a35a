/**
 * @file The local Workers' code: the bytes that wrangler would deploy.
 * @module-tag slow
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../../../infra/local/bundle.ts';
import type { WorkerConfiguration } from '../../../infra/local/configuration.ts';
import { buildWorker } from '../../support/build-worker.ts';
import { expectSuccess, runNode } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it.each(['wrangler.toml', 'wrangler.ort.toml', 'wrangler.decode.toml'])(
  'runs the same bytes as a deployment with %s',
  async (config) => {
    const { stdout } = await expectSuccess(runNode(['infra/local/configuration.ts', config]));
    const [configuration] = JSON.parse(stdout) as [WorkerConfiguration];
    const { modules } = await bundle(configuration);
    const folder = temporaryFolder();
    buildWorker(config, folder);
    const uploaded = readdirSync(folder).filter((name) => !/\.map$|^README/.test(name));
    expect(modules.map(({ path }) => basename(path)).toSorted()).toEqual(uploaded.toSorted());
    for (const { path, contents } of modules) {
      const code = (bytes: Uint8Array) =>
        Buffer.from(bytes)
          .toString('latin1')
          .replace(/\/\/# sourceMappingURL.*\n/, '');
      expect(code(contents) === code(readFileSync(join(folder, basename(path)))), basename(path)).toBe(true);
    }
  },
);
