/** @file What `GET /` says: how to ask, and every address. */

import { operationsOf } from './openapi/openapi.ts';
import { openApiFor } from './openapi/served.ts';

/** @param origin scheme, host and port that the client used, so that the line works as printed */
export function indexText(origin: string): string {
  const lines = operationsOf(openApiFor(origin)).map(
    ({ path, method, operation }) =>
      `${method.toUpperCase().padEnd(4)} ${path.padEnd(42)} ${operation.summary}`,
  );
  return `tinyvgg-edge tells which of ten kinds of clothing a picture shows.

  curl --data-binary @picture.png '${origin}/v1/classify?top_k=3'

Unless everybody may call, with  -H 'authorization: Bearer …'  or from a page with its  x-site-key: GET /docs says more.

${lines.join('\n')}
`;
}
