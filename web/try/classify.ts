/** @file Asks the Worker. */

/** What of `POST /v1/classify?explain=1` the page shows (/docs). */
export interface Answer {
  model: { name: string; version: string };
  predictions: { label: string; score: number }[];
  abstained: 'no-garment' | 'poor-mask' | 'low-score' | null;
  explanation?: {
    /** Data URL of a PNG. */
    image: string;
    steps: { step: string; [detail: string]: number | string }[];
    box: { left: number; top: number; width: number; height: number } | null;
    quality: number | null;
    warnings: string[];
  };
}

/** An answer of the API that is a problem document (RFC 9457). */
export class Problem extends Error {}

/** @throws Problem with the Worker's own words, or TypeError where it cannot be reached */
export async function classify(file: Blob, signal: AbortSignal): Promise<Answer> {
  const response = await fetch('/v1/classify?explain=1&top_k=10', { method: 'POST', body: file, signal });
  if (response.ok) return (await response.json()) as Answer;
  const { title, detail } = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  const wait = response.headers.get('retry-after');
  const words = detail ?? title ?? `The service answered with status ${response.status}.`;
  throw new Problem(wait ? `${words} Try again in ${wait} s.` : words);
}
