/** @file The decoder of GIF files. */
import { fileDecoder } from '../file-decoder.ts';
import { gifCodec } from './codec.ts';
import { readGifHeader } from './header.ts';

export const gifDecoder = fileDecoder({
  name: 'gif',
  readHeader: readGifHeader,
  instantiate: () => gifCodec,
});
