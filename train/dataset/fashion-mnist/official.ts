/** @file Finds, reads and unpacks the four IDX files of a folder, and says which of them are the official ones of Fashion-MNIST. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ExplainedError } from '#shared/errors.ts';
import { FILES, type OfficialFile } from './files.ts';
import { idxBytes } from './idx.ts';

/** One of the four files. */
export interface IdxFile {
  path: string;
  /** Size of the file. */
  bytes: number;
  /** MD5 of the file, and of its unpacked content. */
  md5: string;
  contentMd5: string;
  /** The unpacked file. */
  content: Uint8Array;
  isOfficial: boolean;
}

/** The name on the mirrors, the name after unpacking, and the names of other copies of MNIST. */
const namesOf = ({ name }: OfficialFile): string[] => {
  const unpacked = name.replace('.gz', '');
  const dotted = unpacked.replace('-idx', '.idx');
  return [name, unpacked, `${dotted}.gz`, dotted];
};

/** Returns whether a folder has one of the four files. */
export const hasIdxFile = (folder: string): boolean =>
  Object.values(FILES).some((file) => namesOf(file).some((name) => existsSync(join(folder, name))));

/**
 * Reads one of the four files, packed or not. Only its content decides whether it is the official one.
 * @throws ExplainedError of kind `data` when it is missing or cannot be unpacked
 */
export async function readIdxFile(folder: string, file: OfficialFile): Promise<IdxFile> {
  const names = namesOf(file);
  const path = join(folder, names.find((name) => existsSync(join(folder, name))) ?? file.name);
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot read ${path}`,
      expected: 'an official file of Fashion-MNIST',
      got: cause.code ?? cause.message,
      next: 'Put the four official .gz files into the folder, or leave out --data and FASHION_MNIST_DIR to download them.',
      cause,
    });
  });
  const md5 = md5Of(bytes);
  const content = await unpack(path, bytes, idxBytes(file.shape));
  const contentMd5 = md5 === file.md5 ? file.content : content === bytes ? md5 : md5Of(content);
  return { path, bytes: bytes.length, md5, contentMd5, content, isOfficial: contentMd5 === file.content };
}

/**
 * Unpacks a gzip file; returns any other file as it is.
 * @param size unpacked size of the official file
 */
async function unpack(path: string, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    // The official file is unpacked in one piece: to join pieces costs half as much time again. zlib ends before its last byte of room.
    return await promisify(gunzip)(bytes, { chunkSize: size + 1, maxOutputLength: LARGEST });
  } catch (cause) {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot unpack ${path}`,
      expected: `a complete gzip file, of at most ${LARGEST / 2 ** 20} MiB when unpacked`,
      got: (cause as Error).message,
      next: 'Replace it by a complete copy.',
      cause,
    });
  }
}

/** Bytes of the largest unpacked file. EMNIST's has 550 MB. */
const LARGEST = 2 ** 30;

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** @throws ExplainedError of kind `data` when the file is not the official one of Fashion-MNIST */
export function requireOfficial(
  { path, bytes, md5, isOfficial }: IdxFile,
  file: OfficialFile,
  next: string,
): void {
  if (isOfficial) return;
  throw new ExplainedError({
    kind: 'data',
    what: `${path} is not the official file`,
    expected: `MD5 ${file.md5}`,
    got: `${md5} (${bytes} bytes)`,
    next,
  });
}
