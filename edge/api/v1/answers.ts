/** @file What /v1 answers: types for the handlers, schemas for the document. */
import * as v from 'valibot';
import { ABSTENTION_REASONS, LEAST_SCORE } from '#shared/abstention.ts';
import type { Classification } from '#shared/inference/result.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS, Manifest } from '#shared/manifest.ts';
import { Share, Time, Whole } from '#shared/validation.ts';
import { Problem } from '../../openapi/schemas.ts';
import { LIFETIME_S, REFUSALS } from '../../token/claims.ts';

export const ModelName = v.pipe(
  v.object({
    name: v.string(),
    version: v.pipe(v.string(), v.description('SHA-256 of the ONNX file.')),
    alias: v.pipe(
      v.nullable(v.string()),
      v.metadata({
        description: `What the model was found under in the object store; \`${BUNDLED_ALIAS}\` is the release in the Worker. Null where the request has named a version.`,
        examples: [DEFAULT_ALIAS, BUNDLED_ALIAS],
      }),
    ),
  }),
  v.description('Which model answered.'),
);
export type ModelName = v.InferOutput<typeof ModelName>;

export const Prediction = v.object({
  label: v.string(),
  index: v.pipe(Whole, v.description('Place of the label in the manifest.')),
  score: v.pipe(Share, v.description('Probability; those of all labels add up to 1.')),
});

export const Explanation = v.pipe(
  v.object({
    image: v.pipe(v.string(), v.description('What the network saw: a PNG of 28 × 28 pixels as a data URL.')),
    steps: v.pipe(
      v.array(v.looseObject({ step: v.string() })),
      v.description('What the photo pipeline did, in its order, with what it found.'),
    ),
    box: v.pipe(
      v.nullable(v.object({ left: v.number(), top: v.number(), width: v.number(), height: v.number() })),
      v.description('Of the garment, in pixels of the image; null where the whole image is taken.'),
    ),
    quality: v.pipe(
      v.nullable(Share),
      v.description('How far the garment’s outline is to be trusted; null where there is none.'),
    ),
    warnings: v.pipe(v.array(v.string()), v.description('For whoever took the photo.')),
  }),
  v.description('With `explain=1`.'),
);

const abstained = v.pipe(
  v.nullable(v.picklist(ABSTENTION_REASONS)),
  v.description(
    `Why the likeliest label should not be taken for an answer, or null. \`no-garment\`: nothing stands out from the background. \`poor-mask\`: the outline of what does is not to be trusted. \`low-score\`: the best score is below ${LEAST_SCORE}.`,
  ),
);

/** What is said of an image. */
const Said = v.object({
  predictions: v.array(Prediction),
  abstained,
  explanation: v.optional(Explanation),
  token: v.pipe(
    v.optional(v.string()),
    v.description(
      `With \`sign=1\`: a JSON Web Token that says the first label, good once and for ${LIFETIME_S} seconds.`,
    ),
  ),
});
export type Said = v.InferOutput<typeof Said>;

const id = v.pipe(v.string(), v.description('The request, as in `x-request-id`.'));

export const OneAnswer = v.pipe(
  v.object({ id, model: ModelName, ...Said.entries }),
  v.description('The answer to one image.'),
  // The field reads the response as this type.
) satisfies v.GenericSchema<unknown, Classification>;
export type OneAnswer = v.InferOutput<typeof OneAnswer>;

const index = v.pipe(Whole, v.description('Place of the image in the request, from 0.'));

export const ManyAnswer = v.pipe(
  v.object({
    id,
    model: ModelName,
    results: v.array(v.union([v.object({ index, ...Said.entries }), v.object({ index, problem: Problem })])),
  }),
  v.description('The answer to several images: for each, predictions or a problem.'),
);
export type ManyAnswer = v.InferOutput<typeof ManyAnswer>;

export const Models = v.object({ models: v.array(ModelName) });

export const ServedManifest = v.object({ alias: v.nullable(v.string()), ...Manifest.entries });

export const ValidToken = v.pipe(
  v.object({
    valid: v.literal(true),
    label: v.string(),
    score: Share,
    abstained,
    image_sha256: v.pipe(v.string(), v.description('Of the bytes of the image as they were sent.')),
    model: v.object({ name: v.string(), version: v.string() }),
    site_key: v.pipe(v.nullable(v.string()), v.description('Of the page; null where none was sent.')),
    issued_at: Time,
    expires_at: Time,
  }),
  v.description('This service said so, and nobody has asked before.'),
);

export const InvalidToken = v.object({
  valid: v.literal(false),
  reason: v.pipe(
    v.picklist(REFUSALS),
    v.description(
      '`malformed`: no token. `forged`: not signed by this service. `expired`: too old. `other-site`: of another site key. `used`: verified before.',
    ),
  ),
});

export const Verdict = v.union([ValidToken, InvalidToken]);
export type Verdict = v.InferOutput<typeof Verdict>;
