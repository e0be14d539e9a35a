/** @file The manifest of a model of the endpoint, loaded once for each page. */
import { pictureInputOf } from '#shared/input/preprocessing.ts';
import type { ServedManifest } from '../local/classifier.ts';
import type { FieldOptions } from './options.ts';
import type { Frame } from './photo.ts';
import { problemOf, RequestError } from './request.ts';

export type NamedModel = Pick<FieldOptions, 'endpoint'> & { model: string };

const cache = new Map<string, Promise<ServedManifest>>();

/** Milliseconds after which the field does without the manifest. Labels and sizes then come with the result. */
const TIMEOUT_MS = 15_000;

/**
 * Loads a manifest. A failed load is retried by the next call.
 * @throws RequestError when the endpoint has no such model or cannot serve it; TypeError when the endpoint cannot be reached
 */
export function loadManifest({ endpoint, model }: NamedModel): Promise<ServedManifest> {
  const url = `${endpoint}/v1/models/${encodeURIComponent(model)}`;
  const loading = cache.get(url) ?? load(url);
  cache.set(url, loading);
  loading.catch(() => cache.delete(url));
  return loading;
}

async function load(url: string): Promise<ServedManifest> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body = await response.json().catch(() => undefined);
  if (response.ok && Array.isArray(body?.labels)) return body;
  throw new RequestError(problemOf(response.status, body));
}

/** Returns the frame that a model scales photos to; undefined for a model of garments, which cuts them out first. */
export function frameOf(manifest: ServedManifest): Frame | undefined {
  const { preprocessing, shape } = pictureInputOf(manifest);
  const [, height, width] = shape;
  return preprocessing.kind === 'fit' ? { width, height, mode: preprocessing.mode } : undefined;
}
