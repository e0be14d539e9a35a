/** @file What the descriptions of all addresses are made of. */
import * as z from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { FORMAT_NAMES } from '#shared/decode/format.ts';
import { REFUSAL_HEADERS } from '../access/document.ts';
import { PROBLEMS, type ProblemType } from '../problem.ts';
import { PlainError, Problem } from './schemas.ts';

type Status = `${2 | 3 | 4 | 5}${string}`;

/** An answer of one JSON schema. */
export function json(description: string, schema: z.core.$ZodType): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } } };
}

/** The problems that an address can answer with, by status; `internal` is always one of them. */
export function problems(...types: ProblemType[]): ZodOpenApiResponsesObject {
  return refusals(types, { 'application/problem+json': { schema: Problem } });
}

/** The same, said as `{"error"}`. */
export function plainErrors(...types: ProblemType[]): ZodOpenApiResponsesObject {
  return refusals(types, { 'application/json': { schema: PlainError } });
}

function refusals(types: ProblemType[], content: ZodOpenApiResponseObject['content']) {
  const responses: ZodOpenApiResponsesObject = {};
  const byStatus = Object.groupBy([...types, 'internal'] as const, (type) => PROBLEMS[type].status);
  for (const [status, types] of Object.entries(byStatus)) {
    const description = types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}.`).join(' ');
    const headers = REFUSAL_HEADERS[status];
    responses[status as Status] = {
      description,
      ...(headers && { headers }),
      ...(content && { content }),
    };
  }
  return responses;
}

/** What reading a body can end with. */
export const BODY_PROBLEMS = ['empty-body', 'unreadable-body', 'invalid-body', 'body-too-large'] as const;

/** What decoding an image can end with. */
export const IMAGE_PROBLEMS = ['image-too-large', 'unsupported-image', 'damaged-image'] as const;

/** For a sentence: `JPEG, PNG or GIF`. */
export const FORMATS = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(
  Object.values(FORMAT_NAMES),
);

/** The bytes of an image as a body. */
export const imageContent = {
  'image/*': {
    schema: {
      description: `The bytes of a ${FORMATS} file. Any type will do: the first bytes say what it is.`,
    },
  },
};

export const Name = z.string().meta({ examples: ['tinyvgg'] });
export const Version = z.string().meta({ description: 'SHA-256 of the ONNX file that is served.' });

/** A line for a shell, shown by readers that know `x-codeSamples`. */
export const shell = (source: string) => ({ 'x-codeSamples': [{ lang: 'Shell', source }] });
