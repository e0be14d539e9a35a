/**
 * @file The local Workers' code: the bytes that wrangler would deploy.
 * @module-tag slow
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from '../../../infra/local/bundle.ts';
import type { WorkerConfiguration } from '../../../infra/local/configuration.ts';
import { readConfigurations } from '../../../infra/local/read-configurations.ts';
import { buildWorker } from '../../support/build-worker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CONFIGS = ['wrangler.toml', 'wrangler.ort.toml', 'wrangler.decode.toml'];
let configurations: WorkerConfiguration[];
beforeAll(async () => {
  configurations = await readConfigurations(CONFIGS);
});

it.each(CONFIGS.map((config, i) => ({ config, i })))(
  'runs the same bytes as a deployment with $config',
  async ({ config, i }) => {
    const { modules } = await bundle(configurations[i] as WorkerConfiguration);
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
