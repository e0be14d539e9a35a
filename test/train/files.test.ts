/** @file Folders and files that are written. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, writeFileAtomic } from '../../train/files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('makeFolder', () => {
  it('creates a folder and the folders above it, also several times at once', async () => {
    const folder = join(temporaryFolder(), 'a/b/c');
    await Promise.all([1, 2, 3].map(() => makeFolder(folder)));
    await makeFolder(folder);
    expect(existsSync(folder)).toBe(true);
  });

  it('fails where a file is in the way', async () => {
    const file = join(temporaryFolder(), 'file');
    await writeFile(file, 'text');
    await expect(makeFolder(file)).rejects.toThrow('EEXIST');
    await expect(makeFolder(join(file, 'below'))).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it.runIf(existsSync('/proc/self'))('fails in /proc, where mkdir of Node never returns', async () => {
    await expect(makeFolder('/proc/x/y')).rejects.toThrow('ENOENT');
    await expect(writeFileAtomic('/proc/x/y/file', 'text')).rejects.toMatchObject({
      kind: 'disk',
      message: expect.stringMatching(/^cannot write \/proc\/x\/y\/file: got ENOENT/),
    });
  });
});
