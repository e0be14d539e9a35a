/** @file What `GET /` says: how to ask, and every address. `npm run openapi` writes it to index.txt, as the document to openapi.json. */
import { type OpenApiDocument, ORIGIN, operationsOf } from './openapi.ts';

/** Addresses that web/site serves, which the document, being about the API, does not have. */
const PAGES = [
  ['/explore', 'What the network does, to look into'],
  ['/docs', 'The reference as a page'],
  ['/openapi.json', 'The reference as OpenAPI 3.1'],
] as const;

export function indexText(document: OpenApiDocument): string {
  const addresses = [
    ...operationsOf(document).map(
      ({ path, method, operation }) => [method, path, operation.summary] as const,
    ),
    ...PAGES.map(([path, summary]) => ['get', path, summary] as const),
  ];
  const lines = addresses.map(
    ([method, path, summary]) => `${method.toUpperCase().padEnd(4)} ${path.padEnd(42)} ${summary}`,
  );
  return `tinyvgg-edge tells which of ten kinds of clothing a picture shows.

  curl --data-binary @picture.png '${ORIGIN}/v1/classify?top_k=3'

Unless everybody may call, with  -H 'authorization: Bearer …'  or from a page with its  x-site-key: GET /docs says more.

${lines.join('\n')}
`;
}
