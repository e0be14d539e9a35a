/** @file Response schemas of /v1. Handlers use only their types; edge/openapi uses the schemas. */
import * as v from 'valibot';
import { ABSTENTION_REASONS, LEAST_SCORE, LEAST_SCORE_BESIDE_NONE } from '#shared/abstention.ts';
import type { Classification } from '#shared/inference/result.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS, Manifest } from '#shared/manifest.ts';
import { PHOTO_WARNINGS, type PhotoWarning } from '#shared/photo-warnings.ts';
import { Share, Time, Whole } from '#shared/validation.ts';
import { Problem } from '../../http/problem-schema.ts';
import { LIFETIME_S, REFUSALS, RENEWABLE_S } from '../../token/claims.ts';

export const ModelInfo = v.pipe(
  v.object({
    name: v.string(),
    version: v.pipe(v.string(), v.description('SHA-256 of the ONNX file.')),
    alias: v.pipe(
      v.nullable(v.string()),
      v.metadata({
        description: `The alias that selected the version. \`${BUNDLED_ALIAS}\` is the model compiled into the Worker. Null when the request selected a version.`,
        examples: [DEFAULT_ALIAS, BUNDLED_ALIAS],
      }),
    ),
  }),
  v.description('The model that served the request.'),
);
export type ModelInfo = v.InferOutput<typeof ModelInfo>;

const WARNING_CODES = Object.keys(PHOTO_WARNINGS) as PhotoWarning[];

export const Prediction = v.object({
  label: v.string(),
  index: v.pipe(Whole, v.description('Position of the label in the `labels` of the manifest.')),
  score: v.pipe(
    Share,
    v.description('Calibrated probability. The scores add up to 1, without `none` of the manifest to less.'),
  ),
});

export const Explanation = v.pipe(
  v.object({
    image: v.pipe(v.string(), v.description('The input of the network: a PNG as a data URL.')),
    steps: v.pipe(
      v.array(v.looseObject({ step: v.string() })),
      v.description('The steps of the photo pipeline in order, each with its measurements.'),
    ),
    box: v.pipe(
      v.nullable(v.object({ left: v.number(), top: v.number(), width: v.number(), height: v.number() })),
      v.description(
        'Bounding box of the garment, in pixels of the image. Null when the whole image was used.',
      ),
    ),
    quality: v.pipe(
      v.nullable(Share),
      v.description(
        'Reliability of the garment’s outline, from 0 to 1. Null when the image was used unchanged.',
      ),
    ),
    warnings: v.pipe(
      v.array(v.string()),
      v.description('Hints for the person who took the photo, in English.'),
    ),
    warning_codes: v.pipe(
      v.array(v.picklist(WARNING_CODES)),
      v.description('The codes of the warnings in the same order, for other languages.'),
    ),
  }),
  v.description('How the photo pipeline prepared the image. Present with `explain=1`.'),
);

const abstained = v.pipe(
  v.nullable(v.picklist(ABSTENTION_REASONS)),
  v.description(
    `Why the model declined to answer, or null. The predictions are present in both cases. \`no-garment\`: nothing stands out from the background. \`poor-mask\`: the garment’s outline is unreliable. \`none-of-these\`: the picture most likely shows none of the labels. \`low-score\`: the highest score is below the model’s least score, ${LEAST_SCORE} by default. Of models with a label for none of these, its score is subtracted first, and the default is ${LEAST_SCORE_BESIDE_NONE}.`,
  ),
);

/** The result for one image. */
const ClassifyResult = v.object({
  predictions: v.pipe(v.array(Prediction), v.description('Labels with scores, highest score first.')),
  abstained,
  explanation: v.optional(Explanation),
  token: v.pipe(
    v.optional(v.string()),
    v.description(
      `Present with \`sign=1\`: a JSON Web Token that states the first prediction. It expires after ${LIFETIME_S} seconds and can be verified once.`,
    ),
  ),
});
export type ClassifyResult = v.InferOutput<typeof ClassifyResult>;

const id = v.pipe(v.string(), v.description('Request ID, equal to the header `x-request-id`.'));

export const ClassifyResponse = v.pipe(
  v.object({ id, model: ModelInfo, ...ClassifyResult.entries }),
  v.description('Result for one image.'),
  // The field reads the response as this type.
) satisfies v.GenericSchema<unknown, Classification>;
export type ClassifyResponse = v.InferOutput<typeof ClassifyResponse>;

const index = v.pipe(Whole, v.description('Position of the image in the request, from 0.'));

export const ClassifyBatchResponse = v.pipe(
  v.object({
    id,
    model: ModelInfo,
    results: v.pipe(
      v.array(
        v.union([v.object({ index, ...ClassifyResult.entries }), v.object({ index, problem: Problem })]),
      ),
      v.description(
        'One entry per image, in request order: predictions, or a problem for an unreadable image.',
      ),
    ),
  }),
  v.description('Results for several images.'),
);
export type ClassifyBatchResponse = v.InferOutput<typeof ClassifyBatchResponse>;

export const Models = v.object({ models: v.array(ModelInfo) });

export const ServedManifest = v.pipe(
  v.object({ alias: v.nullable(v.string()), ...Manifest.entries }),
  v.description(
    'Labels, input and output shapes, accuracy, training settings and golden vectors of one version.',
  ),
);

export const RenewedToken = v.object({
  token: v.pipe(
    v.string(),
    v.description(
      `The same prediction, valid for another ${LIFETIME_S} seconds. A classification can be renewed for ${RENEWABLE_S / 60} minutes.`,
    ),
  ),
});

export const ValidToken = v.pipe(
  v.object({
    valid: v.literal(true),
    label: v.string(),
    score: Share,
    abstained,
    image_sha256: v.pipe(v.string(), v.description('SHA-256 of the image file as uploaded.')),
    model: v.object({ name: v.string(), version: v.string() }),
    site_key: v.pipe(
      v.nullable(v.string()),
      v.description('The site key that the classification request carried, or null.'),
    ),
    issued_at: Time,
    expires_at: Time,
  }),
  v.description('This service issued the token, and its classification had not been verified before.'),
);

export const InvalidToken = v.object({
  valid: v.literal(false),
  reason: v.pipe(
    v.picklist(REFUSALS),
    v.description(
      '`malformed`: not a well-formed token. `forged`: not signed by this service. `expired`: past its lifetime. `other-site`: issued for another site key. `used`: already verified.',
    ),
  ),
});

export const TokenVerification = v.union([ValidToken, InvalidToken]);
export type TokenVerification = v.InferOutput<typeof TokenVerification>;
