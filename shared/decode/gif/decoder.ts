/** @file The decoder of GIF files. */
import { fileDecoder } from '../file-decoder.ts';
import { decodeGif } from './codec.ts';
import { readGifHeader } from './header.ts';

export const gifDecoder = fileDecoder({
  name: 'gif',
  readHeader: readGifHeader,
  decode: decodeGif,
  cost: () => ({ pixel: 20, byte: 30 }),
});
