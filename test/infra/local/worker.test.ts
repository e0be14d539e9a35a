/** @file A local Worker that cannot start. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startLocalWorker } from '../../../infra/local/worker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a Worker that cannot be bundled is reported with the file and the line', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'wrangler.toml');
  await writeFile(config, 'name = "broken"\nmain = "worker.js"\ncompatibility_date = "2026-10-01"\n');
  await writeFile(join(folder, 'worker.js'), "import './missing.wasm';\n");
  const { signal } = new AbortController();
  const starting = startLocalWorker({
    host: '127.0.0.1',
    port: 0,
    state: join(folder, 'state'),
    configs: [config],
    signal,
  });
  await expect(starting).rejects.toThrow(
    /^cannot start the Worker: expected a response, got the end of its process; its last output:.*worker\.js:1:7/s,
  );
});
