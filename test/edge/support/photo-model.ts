/** @file A model of three classes with an RGB input of 4 rows and 5 columns, beside the default model of the tests. */
import { env } from 'cloudflare:workers';
import { FIT_VERSION } from '#shared/input/fit/fit.ts';
import type { Manifest } from '#shared/manifest.ts';
import type { ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { paint, png } from '../../fixtures/images.ts';
import { type isolate, tinyRelease } from './tiny.ts';

export const SHAPE = [3, 4, 5] as const;
/** Bytes of an image of the input. */
export const BYTES = 60;

/** What its manifest has in place of the default model's. */
export const rgb: Partial<Manifest> = {
  name: 'photos',
  labels: ['cat', 'dog', 'dog'.repeat(20)],
  input: { name: 'picture', dtype: 'float32', shape: ['n', ...SHAPE] },
  output: { name: 'scores', dtype: 'float32', shape: ['n', 3] },
  fit: { version: FIT_VERSION, mode: 'cover' },
};

/** Returns the model. @param winner index of the class with the highest logit */
export async function photoModel(winner: number, changes: Partial<Manifest> = {}): Promise<BundledModel> {
  const release = await tinyRelease(winner, { ...rgb, ...changes });
  const { photoPipeline, ...manifest } = release.manifest;
  const vectors = [
    { pixels: btoa('\0'.repeat(BYTES)), logits: JSON.parse(new TextDecoder().decode(release.weights)) },
  ];
  return { weights: release.weights, manifest: { ...manifest, golden: { tolerance: 1e-4, vectors } } };
}

export const picture = await png(40, 30, paint(40, 30, (x, y) => [6 * x, 8 * y, 90]).data, { channels: 4 });

/** Returns the bucket, which fails after `fail` has been called. */
export function breakable() {
  let isDown = false;
  const bucket = new Proxy(env.MODELS, {
    get: (target, name: keyof R2Bucket) => {
      if (isDown) return () => Promise.reject(new Error('down'));
      return (target[name] as () => unknown).bind(target);
    },
  });
  const fail = () => {
    isDown = true;
  };
  return { bucket, fail };
}

/** Classifies a picture. Returns the status and the members of the response. */
export async function classify(
  { send }: ReturnType<typeof isolate>,
  path: string,
  body: BodyInit = picture,
  headers: Record<string, string> = {},
) {
  const response = await send(path, { method: 'POST', body, headers });
  return {
    status: response.status,
    ...(await response.json<ClassifyResponse & { type: string; detail: string }>()),
  };
}
