/** @file What the try page shows before a visitor gives a photo is what the bundled model answers. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runNode } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('the example of the try page is the answer of the bundled model', async () => {
  const out = temporaryFolder();
  const { code, stderr } = await runNode(['infra/tools/example-answer.ts', '--out', out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const names = (await readdir(out)).toSorted();
  expect(names).toEqual((await readdir('examples/answer')).toSorted());
  for (const name of names)
    expect(await readFile(join(out, name)), name).toEqual(await readFile(join('examples/answer', name)));
});
