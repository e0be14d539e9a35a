/** @file A program with the client of orval. */
import { classifyFile } from './generated/client';

/** Returns the first label and its score, or the type of the problem. The generated client contains the address of the service. */
export async function classify(_baseUrl: string, key: string, image: File) {
  const headers = { authorization: `Bearer ${key}` };
  const response = await classifyFile({ image }, { top_k: 1 }, { headers });
  if (response.status !== 200) {
    // @ts-expect-error No problem has this type.
    if (response.data.type === '/problems/none') throw new Error(response.data.detail);
    return response.data.type;
  }
  const [first] = response.data.predictions;
  // @ts-expect-error A label is a string.
  first?.label satisfies number | undefined;
  return first && { label: first.label, score: first.score };
}

// @ts-expect-error An image is a file.
export const wrong = () => classifyFile({ image: 'trouser.png' });
