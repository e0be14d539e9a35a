/** @file Who may call, for the OpenAPI document. */

import { RATES } from '../access/rates.ts';
import type { ProblemType } from '../problem.ts';
import type { Header, Parameter, Security } from './openapi.ts';
import { described, inHeader, text } from './parameters.ts';

const perMinute = ({ limit, period }: { limit: number; period: number }): number => (limit * 60) / period;

/** For the document's description. */
export const ACCESS =
  `To classify needs a key, unless the service was opened to everybody or runs on this machine with none set.
A bearer key may ask ${perMinute(RATES.key)} times a minute, a visitor of a page ${perMinute(RATES.visitor)} times, at each
location of Cloudflare; a request with several images counts once.`.replaceAll('\n', ' ');

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A key of the service’s owner, for servers and programs: `Authorization: Bearer` and the key.',
  },
  siteKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-site-key',
    description: 'A site key, for pages of the origins that it is bound to. It may be seen by everybody.',
  },
  siteKeyInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'site_key',
    description: 'The same in the address, where a page cannot set headers.',
  },
} as const;

/** One of them. */
export const SECURITY: Security = Object.keys(securitySchemes).map((name) => ({
  [name]: [],
}));

/** What a request can end with before it is looked at. */
export const ACCESS_PROBLEMS = [
  'no-key',
  'wrong-key',
  'wrong-origin',
  'closed',
  'turnstile-failed',
  'turnstile-unavailable',
  'too-many-requests',
  'misconfigured',
] as const satisfies ProblemType[];

export const TURNSTILE_TOKEN: Parameter = inHeader(
  'cf-turnstile-response',
  text('The token of a Turnstile widget, where the service asks the visitors of pages for one.'),
);

const always = (header: Header): Header => ({ required: true, ...header });

/** Headers that refusals of a status always have. */
export const REFUSAL_HEADERS: Record<string, Record<string, Header>> = {
  '401': { 'www-authenticate': always(described({ type: 'string' })) },
  '429': {
    'retry-after': always(text('Seconds.')),
    'ratelimit-policy': always(
      described({
        type: 'string',
        description: 'What is counted, the quota `q`, and the seconds `w` that it is for.',
        examples: [`"visitor";q=${RATES.visitor.limit};w=${RATES.visitor.period}`],
      }),
    ),
  },
  '503': { 'retry-after': always(text('Seconds.')) },
};
