/** @file What the descriptions of all addresses are made of. */
import type * as v from 'valibot';
import { FORMAT_NAMES } from '#shared/decode/format.ts';
import { PROBLEMS, type ProblemType } from '../problem.ts';
import { REFUSAL_HEADERS } from './access.ts';
import { answerSchema } from './components.ts';
import type { Answer, Answers, Content } from './openapi.ts';
import { PlainError, Problem } from './schemas.ts';

/** An answer of one JSON schema. */
export function json(description: string, schema: v.GenericSchema): Answer {
  return { description, content: { 'application/json': { schema: answerSchema(schema) } } };
}

/** The problems that an address can answer with, by status; `internal` is always one of them. */
export function problems(...types: ProblemType[]): Answers {
  return refusals(types, { 'application/problem+json': { schema: answerSchema(Problem) } });
}

/** The same, said as `{"error"}`. */
export function plainErrors(...types: ProblemType[]): Answers {
  return refusals(types, { 'application/json': { schema: answerSchema(PlainError) } });
}

function refusals(types: ProblemType[], content: Content): Answers {
  const byStatus = Object.groupBy([...types, 'internal'] as const, (type) => PROBLEMS[type].status);
  const answers = Object.entries(byStatus).map(([status, types]): [string, Answer] => {
    const description = types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}.`).join(' ');
    const headers = REFUSAL_HEADERS[status];
    return [status, { description, ...(headers && { headers }), content }];
  });
  return Object.fromEntries(answers);
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
export const imageContent: Content = {
  'image/*': {
    schema: {
      description: `The bytes of a ${FORMATS} file. Any type will do: the first bytes say what it is.`,
    },
  },
};

/** A line for a shell, shown by readers that know `x-codeSamples`. */
export const shell = (source: string) => ({ 'x-codeSamples': [{ lang: 'Shell', source }] });
