/** @file The text that visitors see for a problem. */
import type { ProblemText } from './messages/en.ts';

/** Problem types with a text of their own: those of the API, and those of the field. */
const TEXTS: Readonly<Record<string, ProblemText>> = {
  'unsupported-image': 'unreadable',
  'damaged-image': 'unreadable',
  'empty-body': 'unreadable',
  // The endpoint's limits are not those of the field, which scales photos down before it sends them.
  'image-too-large': 'unreadable',
  'body-too-large': 'unreadable',
  'too-many-requests': 'tooManyRequests',
  'unreadable-body': 'unreachable',
  'slow-body': 'unreachable',
  'turnstile-failed': 'securityCheck',
  unreadable: 'unreadable',
  heic: 'heic',
  'file-too-large': 'tooLarge',
  'too-narrow': 'tooNarrow',
  unreachable: 'unreachable',
  'not-loaded': 'notLoaded',
  unprocessable: 'device',
  'no-local': 'device',
};

/**
 * Returns the key of a problem's text. Any other type is a failure of the service if it is retryable. If not, the page or the service is
 * set up wrongly.
 */
export const problemTextOf = (type: string, retryable: boolean): ProblemText =>
  TEXTS[type] ?? (retryable ? 'service' : 'setup');
