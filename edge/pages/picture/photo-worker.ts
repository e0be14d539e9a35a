/** @file The photo pipeline beside the page, so that figures go on moving: pixels in, what the network sees out. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { preparePhoto } from '#shared/photo/photo.ts';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Pixels>) => void;
  postMessage(value: unknown): void;
};

scope.onmessage = ({ data }) => scope.postMessage(preparePhoto(data));
