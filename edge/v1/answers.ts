/** @file What /v1 answers: types for the handlers, schemas for the document. */
import * as z from 'zod';
import { ABSTENTION_REASONS, LEAST_SCORE } from '#shared/abstention.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS, Manifest } from '#shared/manifest.ts';
import { Problem } from '../openapi/schemas.ts';

export const ModelName = z
  .object({
    name: z.string(),
    version: z.string().meta({ description: 'SHA-256 of the ONNX file.' }),
    alias: z
      .string()
      .nullable()
      .meta({
        description: `What the model was found under in the object store; \`${BUNDLED_ALIAS}\` is the release in the Worker. Null where the request has named a version.`,
        examples: [DEFAULT_ALIAS, BUNDLED_ALIAS],
      }),
  })
  .meta({ id: 'ModelName', description: 'Which model answered.' });
export type ModelName = z.infer<typeof ModelName>;

const Prediction = z
  .object({
    label: z.string(),
    index: z.int().meta({ description: 'Place of the label in the manifest.' }),
    score: z.number().min(0).max(1).meta({ description: 'Probability; those of all labels add up to 1.' }),
  })
  .meta({ id: 'Prediction' });

const Explanation = z
  .object({
    image: z.string().meta({ description: 'What the network saw: a PNG of 28 × 28 pixels as a data URL.' }),
    steps: z
      .array(z.looseObject({ step: z.string() }))
      .meta({ description: 'What the photo pipeline did, in its order, with what it found.' }),
    box: z
      .object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })
      .nullable()
      .meta({ description: 'Of the garment, in pixels of the image; null where the whole image is taken.' }),
    quality: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .meta({ description: 'How far the garment’s outline is to be trusted; null where there is none.' }),
    warnings: z.array(z.string()).meta({ description: 'For whoever took the photo.' }),
  })
  .meta({ id: 'Explanation', description: 'With `explain=1`.' });
export type Explanation = z.infer<typeof Explanation>;

const abstained = z
  .enum(ABSTENTION_REASONS)
  .nullable()
  .meta({
    description: `Why the likeliest label should not be taken for an answer, or null. \`no-garment\`: nothing stands out from the background. \`poor-mask\`: the outline of what does is not to be trusted. \`low-score\`: the best score is below ${LEAST_SCORE}.`,
  });

const said = { predictions: z.array(Prediction), abstained, explanation: Explanation.optional() };
/** What is said of an image. */
export type Said = z.infer<z.ZodObject<typeof said>>;

const id = z.string().meta({ description: 'The request, as in `x-request-id`.' });

export const OneAnswer = z
  .object({ id, model: ModelName, ...said })
  .meta({ id: 'Answer', description: 'The answer to one image.' });
export type OneAnswer = z.infer<typeof OneAnswer>;

const index = z.int().meta({ description: 'Place of the image in the request, from 0.' });

export const ManyAnswer = z
  .object({
    id,
    model: ModelName,
    results: z.array(z.union([z.object({ index, ...said }), z.object({ index, problem: Problem })])),
  })
  .meta({ id: 'Answers', description: 'The answer to several images: for each, predictions or a problem.' });
export type ManyAnswer = z.infer<typeof ManyAnswer>;

export const Models = z.object({ models: z.array(ModelName) }).meta({ id: 'Models' });

export const ServedManifest = z
  .object({ alias: z.string().nullable(), ...Manifest().shape })
  .meta({ id: 'Manifest' });
