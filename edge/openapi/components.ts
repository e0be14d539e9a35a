/** @file The named schemas of the document, and the conversion from valibot validators to JSON Schema. */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { HfParameters, HfRequest } from '../api/hf/requests.ts';
import { HfResponse } from '../api/hf/responses.ts';
import { InferInput, InferRequest } from '../api/oip/requests.ts';
import {
  InferOutput,
  InferResponse,
  Live,
  ModelMetadata,
  ModelReady,
  Ready,
  ServerMetadata,
  TensorMetadata,
} from '../api/oip/responses.ts';
import { Health } from '../api/service/responses.ts';
import { ClassifyBatchRequest, ClassifyRequest, RenewRequest, VerifyRequest } from '../api/v1/requests.ts';
import {
  ClassifyBatchResponse,
  ClassifyResponse,
  Explanation,
  InvalidToken,
  ModelInfo,
  Models,
  Prediction,
  RenewedToken,
  ServedManifest,
  ValidToken,
} from '../api/v1/responses.ts';
import { PlainError, Problem } from '../http/problem-schema.ts';
import type { Schema } from './openapi.ts';
import { documented } from './requests.ts';

type Definitions = Record<string, v.GenericSchema>;

const REQUESTS: Definitions = {
  ClassifyRequest,
  ClassifyBatchRequest,
  RenewRequest,
  VerifyRequest,
  HfRequest,
  HfParameters,
  InferRequest,
  InferInput,
};

const RESPONSES: Definitions = {
  ClassifyResponse,
  ClassifyBatchResponse,
  ModelInfo,
  Prediction,
  Explanation,
  Problem,
  PlainError,
  Models,
  Manifest: ServedManifest,
  RenewedToken,
  ValidToken,
  InvalidToken,
  HfResponse,
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
  // JSON has only finite numbers.
  ignoreActions: ['finite'],
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideAction({ valibotAction }) {
    if (!('metadata' in valibotAction)) return undefined;
    const { override, description } = valibotAction.metadata as { override?: object; description?: string };
    return override && { description, ...override };
  },
};

/** Requests may have unknown members, unless their schema is strict. */
const INPUT: ConversionConfig = {
  ...COMMON,
  typeMode: 'input',
  definitions: REQUESTS,
  overrideSchema: ({ valibotSchema, jsonSchema }) =>
    documented(valibotSchema, jsonSchema as Schema) as typeof jsonSchema | undefined,
};

/** Responses have no members beyond their schema, unless it is loose. */
const OUTPUT: ConversionConfig = {
  ...COMMON,
  typeMode: 'output',
  definitions: RESPONSES,
  overrideSchema({ valibotSchema: { type }, jsonSchema }) {
    const isObject = type === 'object' || type === 'loose_object';
    return isObject ? { ...jsonSchema, additionalProperties: type === 'loose_object' } : undefined;
  },
};

function convert(schema: v.GenericSchema, config: ConversionConfig): Schema {
  const { $schema, $defs, ...converted } = toJsonSchema(schema, config);
  return converted as Schema;
}

export const requestSchema = (schema: v.GenericSchema): Schema => convert(schema, INPUT);
export const responseSchema = (schema: v.GenericSchema): Schema => convert(schema, OUTPUT);

/** Named schemas of requests and responses. */
export const namedSchemas = {
  ...toJsonSchemaDefs(REQUESTS, INPUT),
  ...toJsonSchemaDefs(RESPONSES, OUTPUT),
} as Record<string, Schema>;
