import { createClient } from 'tinyvgg-edge/client';

/** Classifies a photo. */
export async function labelOf(origin: string, photo: Blob): Promise<string | undefined> {
  const client = createClient(origin, { headers: { 'x-site-key': 'key' } });
  const response = await client.v1.classify.$post({ query: { top_k: '1' } }, { init: { body: photo } });
  if (!response.ok) throw new Error(response.statusText);
  const answer = await response.json();
  if (!('predictions' in answer)) return undefined;
  // @ts-expect-error A prediction has no such property.
  const nothing: string | undefined = answer.predictions[0]?.name;
  return nothing ?? answer.predictions[0]?.label;
}

// @ts-expect-error The API has no such path.
createClient('https://example.com').v1.clasify;
