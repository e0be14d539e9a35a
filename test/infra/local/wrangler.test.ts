/** @file `wrangler dev` that cannot start: the error appears at once, although wrangler stays alive. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startWrangler } from '../../../infra/local/wrangler.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a Worker that cannot be bundled is reported with the file and the line', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'wrangler.toml');
  await writeFile(config, 'name = "broken"\nmain = "worker.js"\ncompatibility_date = "2026-10-01"\n');
  await writeFile(join(folder, 'worker.js'), "import './missing.wasm';\n");
  const { signal } = new AbortController();
  const starting = startWrangler({
    host: '127.0.0.1',
    port: 0,
    state: join(folder, 'state'),
    config,
    signal,
  });
  await expect(starting).rejects.toThrow(
    /^cannot start wrangler dev: expected a response of the Worker, got an error; its last output:.*worker\.js:1:7/s,
  );
});
