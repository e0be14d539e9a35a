/** @file What /hf answers. */
import * as z from 'zod';

export const HfAnswer = z
  .array(z.object({ label: z.string(), score: z.number() }))
  .meta({ id: 'HfAnswer', description: 'Likeliest first.' });
export type HfAnswer = z.infer<typeof HfAnswer>;
