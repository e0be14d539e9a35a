/** @file Response schema of /hf. */
import * as v from 'valibot';

export const HfResponse = v.pipe(
  v.array(v.object({ label: v.string(), score: v.number() })),
  v.description('Labels with scores, highest score first.'),
);
export type HfResponse = v.InferOutput<typeof HfResponse>;
