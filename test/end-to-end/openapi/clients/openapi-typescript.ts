/** @file A program with the types of openapi-typescript and the client openapi-fetch. */
import createClient from 'openapi-fetch';
import type { paths } from './generated/schema';

/** Returns the first label and its score, or the type of the problem. */
export async function classify(baseUrl: string, key: string, image: File) {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
  const { data, error } = await client.POST('/v1/classify/file', {
    params: { query: { top_k: 1 } },
    body: { image },
    bodySerializer: () => {
      const form = new FormData();
      form.set('image', image);
      return form;
    },
  });
  if (error) {
    // @ts-expect-error No problem has this type.
    if (error.type === '/problems/none') throw new Error(error.detail);
    return error.type;
  }
  const [first] = data.predictions;
  // @ts-expect-error A label is a string.
  first?.label satisfies number | undefined;
  return first && { label: first.label, score: first.score };
}
