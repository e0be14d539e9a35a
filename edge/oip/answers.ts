/** @file What /v2 answers. */
import * as z from 'zod';

const Parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const InferOutput = z
  .object({
    name: z.string(),
    shape: z.array(z.int()),
    datatype: z.literal('FP32'),
    parameters: Parameters.optional(),
    data: z.array(z.number()).optional(),
  })
  .meta({ id: 'InferOutput' });

export const InferResponse = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(InferOutput),
  })
  .meta({ id: 'InferResponse' });
export type InferResponse = z.infer<typeof InferResponse>;

const TensorMetadata = z
  .object({
    name: z.string(),
    datatype: z.string(),
    shape: z.array(z.int()).meta({ description: '-1: any number.' }),
  })
  .meta({ id: 'TensorMetadata' });

export const ServerMetadata = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .meta({ id: 'ServerMetadata' });

export const ModelMetadata = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(TensorMetadata),
    outputs: z.array(TensorMetadata),
  })
  .meta({ id: 'ModelMetadata' });
export type ModelMetadata = z.infer<typeof ModelMetadata>;

export const Live = z.object({ live: z.boolean() }).meta({ id: 'Live' });
export const Ready = z.object({ ready: z.boolean() }).meta({ id: 'Ready' });
export const ModelReady = z.object({ name: z.string(), ready: z.boolean() }).meta({ id: 'ModelReady' });
