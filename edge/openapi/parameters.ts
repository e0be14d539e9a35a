/** @file Parameters of requests, and headers of answers. */
import type * as v from 'valibot';
import { requestSchema } from './components.ts';
import type { Header, Parameter, Schema } from './openapi.ts';

/** The parameters of a query, as they are checked. */
export function inQuery(schema: v.ObjectSchema<v.ObjectEntries, undefined>): Parameter[] {
  const { properties = {} } = requestSchema(schema);
  return Object.entries(properties).map(([name, schema]) => ({ in: 'query', name, ...described(schema) }));
}

export function inPath(name: string, schema: Schema = { type: 'string' }): Parameter {
  return { in: 'path', name, ...described(schema), required: true };
}

export const inHeader = (name: string, header: Header): Parameter => ({ in: 'header', name, ...header });

/** A text in a header. */
export const text = (description: string): Header => described({ type: 'string', description });

/** Readers look for the description in either place. */
export function described(schema: Schema): Header {
  const { description } = schema;
  return { ...(description !== undefined && { description }), schema };
}

/** The name of a model. */
export const NAME = inPath('name', { type: 'string', examples: ['tinyvgg'] });
export const VERSION = inPath('version', {
  type: 'string',
  description: 'SHA-256 of the ONNX file that is served.',
});
