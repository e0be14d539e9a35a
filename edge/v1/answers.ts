/** @file What /v1 answers: types for the handlers, schemas for the document. */
import * as z from 'zod';
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

const id = z.string().meta({ description: 'The request, as in `x-request-id`.' });
const predictions = z.array(Prediction);

export const OneAnswer = z
  .object({ id, model: ModelName, predictions })
  .meta({ id: 'Answer', description: 'The answer to one image.' });
export type OneAnswer = z.infer<typeof OneAnswer>;

const index = z.int().meta({ description: 'Place of the image in the request, from 0.' });

export const ManyAnswer = z
  .object({
    id,
    model: ModelName,
    results: z.array(z.union([z.object({ index, predictions }), z.object({ index, problem: Problem })])),
  })
  .meta({ id: 'Answers', description: 'The answer to several images: for each, predictions or a problem.' });
export type ManyAnswer = z.infer<typeof ManyAnswer>;

export const Models = z.object({ models: z.array(ModelName) }).meta({ id: 'Models' });

export const ServedManifest = z
  .object({ alias: z.string().nullable(), ...Manifest().shape })
  .meta({ id: 'Manifest' });
