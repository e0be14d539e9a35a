/** @file Security schemes, their errors and their headers. */
import { RATES, UNIT_MS } from '../access/rates.ts';
import type { ProblemType } from '../http/problem-types.ts';
import type { Header, Parameter, Security } from './openapi.ts';
import { described, inHeader, text } from './parameters.ts';

const perMinute = ({ limit, period }: { limit: number; period: number }): number => (limit * 60) / period;

/** A part of the document's description. */
export const ACCESS =
  `Classification requires an API key or a site key, unless the service is open (\`ACCESS=open\`) or runs on localhost
without access settings. Rate limits, per Cloudflare location: ${perMinute(RATES.key)} requests a minute for each API key,
${perMinute(RATES.visitor)} for each visitor of a web page. Each image counts like a request, and so does each ${UNIT_MS} ms of CPU time.
A key can be limited to models. It gets \`model-not-allowed\` for any other, and lists show only its models.`.replaceAll(
    '\n',
    ' ',
  );

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key for servers and command lines: `Authorization: Bearer <key>`. Keep it secret.',
  },
  siteKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-site-key',
    description: 'A site key for web pages. It is public and works only on the origins that it is bound to.',
  },
  siteKeyInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'site_key',
    description: 'The site key as a query parameter, for HTML forms, which cannot set headers.',
  },
} as const;

/** No credential. */
export const PUBLIC: Security = [];

/** An API key. */
export const API_KEY: Security = [{ bearer: [] }];

/** An API key or a site key. */
export const ANY_KEY: Security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));

/** Problems that every guard returns before the body is read. */
export const GUARD_PROBLEMS = [
  'no-key',
  'wrong-key',
  'wrong-origin',
  'model-not-allowed',
  'scope-not-allowed',
  'keys-unavailable',
  'closed',
  'too-many-requests',
  'misconfigured',
] as const satisfies ProblemType[];

/** Problems of the guard of classification. */
export const ACCESS_PROBLEMS = [
  ...GUARD_PROBLEMS,
  'turnstile-failed',
  'turnstile-unavailable',
] as const satisfies ProblemType[];

export const TURNSTILE_TOKEN: Parameter = inHeader(
  'cf-turnstile-response',
  text('Turnstile token. Required without an API key when the service has a Turnstile secret.'),
);

/** A header that every response of its status has. */
export const always = (header: Header): Header => ({ required: true, ...header });

/** Headers that every error response of a status has. */
export const ERROR_HEADERS: Record<string, Record<string, Header>> = {
  '401': { 'www-authenticate': always(text('Bearer challenge (RFC 6750).')) },
  '429': {
    'retry-after': always(text('Seconds to wait before a retry.')),
    'ratelimit-policy': always(
      described({
        type: 'string',
        description: 'Name of the limit, its quota `q` and its window `w` in seconds.',
        examples: [`"visitor";q=${RATES.visitor.limit};w=${RATES.visitor.period}`],
      }),
    ),
  },
  '416': { 'content-range': always(text('`bytes */` and the length of the file.')) },
  '503': { 'retry-after': always(text('Seconds to wait before a retry.')) },
};
