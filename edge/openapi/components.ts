/** @file The schemas that have a name in the document, and how the validators become schemas of JSON. */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { HfAnswer } from '../api/hf/answers.ts';
import { HfParameters, HfRequest } from '../api/hf/requests.ts';
import {
  InferOutput,
  InferResponse,
  Live,
  ModelMetadata,
  ModelReady,
  Ready,
  ServerMetadata,
  TensorMetadata,
} from '../api/oip/answers.ts';
import { InferInput, InferRequest } from '../api/oip/requests.ts';
import {
  Explanation,
  InvalidToken,
  ManyAnswer,
  ModelName,
  Models,
  OneAnswer,
  Prediction,
  ServedManifest,
  ValidToken,
} from '../api/v1/answers.ts';
import { ClassifyMany, ClassifyOne, VerifyRequest } from '../api/v1/requests.ts';
import { Health } from './health.ts';
import type { Schema } from './openapi.ts';
import { PlainError, Problem } from './schemas.ts';

type Definitions = Record<string, v.GenericSchema>;

const REQUESTS: Definitions = {
  Image: ClassifyOne,
  Images: ClassifyMany,
  Verification: VerifyRequest,
  HfRequest,
  HfParameters,
  InferRequest,
  InferInput,
};

const ANSWERS: Definitions = {
  Answer: OneAnswer,
  Answers: ManyAnswer,
  ModelName,
  Prediction,
  Explanation,
  Problem,
  Error: PlainError,
  Models,
  Manifest: ServedManifest,
  ValidToken,
  InvalidToken,
  HfAnswer,
  ServerMetadata,
  Live,
  Ready,
  ModelMetadata,
  TensorMetadata,
  ModelReady,
  InferResponse,
  InferOutput,
  Health,
};

const COMMON: ConversionConfig = {
  target: 'draft-2020-12',
  // What is a number in JSON is finite.
  ignoreActions: ['finite'],
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideAction({ valibotAction }) {
    if (!('metadata' in valibotAction)) return undefined;
    const { override, description } = valibotAction.metadata as { override?: object; description?: string };
    return override && { description, ...override };
  },
};

/** What comes in may have members that nobody looks at, unless its schema is strict. */
const INPUT: ConversionConfig = { ...COMMON, typeMode: 'input', definitions: REQUESTS };

/** What goes out has the members of its schema and no other. */
const OUTPUT: ConversionConfig = {
  ...COMMON,
  typeMode: 'output',
  definitions: ANSWERS,
  overrideSchema: ({ valibotSchema, jsonSchema }) =>
    valibotSchema.type === 'object' ? { ...jsonSchema, additionalProperties: false } : undefined,
};

function convert(schema: v.GenericSchema, config: ConversionConfig): Schema {
  const { $schema, $defs, ...converted } = toJsonSchema(schema, config);
  return converted as Schema;
}

export const requestSchema = (schema: v.GenericSchema): Schema => convert(schema, INPUT);
export const answerSchema = (schema: v.GenericSchema): Schema => convert(schema, OUTPUT);

/** All of them, by name. */
export const namedSchemas = {
  ...toJsonSchemaDefs(REQUESTS, INPUT),
  ...toJsonSchemaDefs(ANSWERS, OUTPUT),
} as Record<string, Schema>;
