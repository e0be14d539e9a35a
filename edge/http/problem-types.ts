/** @file All problem types of the API. `GET /problems/<type>` returns an entry. */

/** Status and title of every problem type. The key is the last segment of the type's URI. */
export const PROBLEMS = {
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'unknown-model': { status: 404, title: 'Unknown model' },
  'unknown-alias': { status: 404, title: 'Unknown alias' },
  'unknown-version': { status: 404, title: 'Unknown model version' },
  'invalid-query': { status: 400, title: 'Invalid query parameter' },
  'no-key': { status: 401, title: 'API key required' },
  'wrong-key': { status: 401, title: 'Invalid API key or site key' },
  'wrong-origin': { status: 403, title: 'Origin not allowed' },
  'model-not-allowed': { status: 403, title: 'Model not allowed' },
  closed: { status: 403, title: 'No access configured' },
  'turnstile-failed': { status: 403, title: 'Turnstile verification failed' },
  'turnstile-unavailable': { status: 503, title: 'Turnstile unavailable' },
  'too-many-requests': { status: 429, title: 'Rate limit exceeded' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'range-not-satisfiable': { status: 416, title: 'Range not satisfiable' },
  'empty-body': { status: 400, title: 'Empty request body' },
  'unreadable-body': { status: 400, title: 'Incomplete request body' },
  'unsupported-encoding': { status: 415, title: 'Unsupported content encoding' },
  'malformed-form': { status: 400, title: 'Invalid multipart form' },
  'invalid-body': { status: 400, title: 'Invalid request body' },
  'body-too-large': { status: 413, title: 'Request body too large' },
  'too-many-images': { status: 413, title: 'Too many images' },
  'image-too-large': { status: 413, title: 'Image dimensions too large' },
  'unsupported-image': { status: 415, title: 'Unsupported image format' },
  'damaged-image': { status: 422, title: 'Damaged image file' },
  'not-renewable': { status: 403, title: 'Token not renewable' },
  'not-signed': { status: 501, title: 'Signing not configured' },
  'token-store-unavailable': { status: 503, title: 'Token store unavailable' },
  'model-unavailable': { status: 503, title: 'No model available' },
  misconfigured: { status: 500, title: 'Server misconfigured' },
  internal: { status: 500, title: 'Internal server error' },
} as const;

export type ProblemType = keyof typeof PROBLEMS;
