/** @file Builders for parameters and headers. */
import type * as v from 'valibot';
import { requestSchema } from './components.ts';
import type { Header, Parameter, Schema } from './openapi.ts';

/** Query parameters from their validator. */
export function inQuery(schema: v.ObjectSchema<v.ObjectEntries, undefined>): Parameter[] {
  const { properties = {} } = requestSchema(schema);
  return Object.entries(properties).map(([name, schema]) => ({ in: 'query', name, ...described(schema) }));
}

export function inPath(name: string, schema: Schema): Parameter {
  return { in: 'path', name, ...described(schema), required: true };
}

export const inHeader = (name: string, header: Header): Parameter => ({ in: 'header', name, ...header });

/** A header with a string value. */
export const text = (description: string): Header => described({ type: 'string', description });

/** Repeats the schema's description on the header itself, since viewers show one or the other. */
export function described(schema: Schema): Header {
  const { description } = schema;
  return { ...(description !== undefined && { description }), schema };
}

export const MODEL_NAME = inPath('name', {
  type: 'string',
  description: 'Name of the model.',
  examples: ['tinyvgg'],
});
export const MODEL_VERSION = inPath('version', {
  type: 'string',
  description: 'Version of the model: the SHA-256 of its ONNX file.',
});
