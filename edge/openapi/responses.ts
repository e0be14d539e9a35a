/** @file Builders for responses and request bodies. */
import type * as v from 'valibot';
import { FORMAT_NAMES } from '#shared/decode/format.ts';
import { PlainError, Problem } from '../http/problem-schema.ts';
import { PROBLEMS, type ProblemType } from '../http/problem-types.ts';
import { ERROR_HEADERS } from './access.ts';
import { responseSchema } from './components.ts';
import type { ApiResponse, ApiResponses, Content, Example } from './openapi.ts';

/** A JSON response with examples by name. */
export function json(
  description: string,
  schema: v.GenericSchema,
  examples: Record<string, Example>,
): ApiResponse {
  return { description, content: { 'application/json': { schema: responseSchema(schema), examples } } };
}

/** A text response with an example. */
export function plainText(description: string, example: string): ApiResponse {
  const examples = { text: { value: example } };
  return { description, content: { 'text/plain': { schema: { type: 'string' }, examples } } };
}

/** Error responses by status, as problem details. Every operation can return `internal`. */
export function problems(...types: ProblemType[]): ApiResponses {
  return errors(types, { 'application/problem+json': { schema: responseSchema(Problem) } });
}

/** Error responses by status, as `{"error"}`. */
export function plainErrors(...types: ProblemType[]): ApiResponses {
  return errors(types, { 'application/json': { schema: responseSchema(PlainError) } });
}

function errors(types: ProblemType[], content: Content): ApiResponses {
  const byStatus = Object.groupBy([...types, 'internal'] as const, (type) => PROBLEMS[type].status);
  const responses = Object.entries(byStatus).map(([status, types]): [string, ApiResponse] => {
    const description = types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}.`).join(' ');
    const headers = ERROR_HEADERS[status];
    return [status, { description, ...(headers && { headers }), content }];
  });
  return Object.fromEntries(responses);
}

/** Problems of reading and validating a request body. */
export const BODY_PROBLEMS = [
  'empty-body',
  'unreadable-body',
  'slow-body',
  'unsupported-encoding',
  'invalid-body',
  'body-too-large',
  'busy',
] as const;

/** Problems of decoding an image. */
export const IMAGE_PROBLEMS = ['image-too-large', 'unsupported-image', 'damaged-image'] as const;

/** `JPEG, PNG or GIF` */
export const FORMATS = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(
  Object.values(FORMAT_NAMES),
);

/** A request body that is one image file. */
export const imageContent: Content = {
  'image/*': {
    schema: {
      description: `One ${FORMATS} file. The service detects the format from the first bytes and ignores the content type.`,
    },
  },
};
