/** @file A program with the client of @hey-api/openapi-ts. */
import { classifyFile } from './generated';
import { client } from './generated/client.gen';

/** Returns the first label and its score, or the type of the problem. */
export async function classify(baseUrl: string, key: string, image: File) {
  client.setConfig({ baseUrl, auth: ({ scheme }) => (scheme === 'bearer' ? key : undefined) });
  const { data, error } = await classifyFile({ body: { image }, query: { top_k: 1 } });
  if (!data) {
    // @ts-expect-error No problem has this type.
    if (error.type === '/problems/none') throw new Error(error.detail);
    return error.type;
  }
  const [first] = data.predictions;
  // @ts-expect-error A label is a string.
  first?.label satisfies number | undefined;
  return first && { label: first.label, score: first.score };
}

// @ts-expect-error An image is a file.
export const wrong = () => classifyFile({ body: { image: 'trouser.png' } });
