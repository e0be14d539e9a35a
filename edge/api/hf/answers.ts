/** @file What /hf answers. */
import * as v from 'valibot';

export const HfAnswer = v.pipe(
  v.array(v.object({ label: v.string(), score: v.number() })),
  v.description('Likeliest first.'),
);
export type HfAnswer = v.InferOutput<typeof HfAnswer>;
