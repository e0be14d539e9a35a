/** @file The text of `GET /`. `npm run openapi` writes it to api/service/index.txt. */
import { ORIGIN } from '../api/service/origin.ts';
import { type OpenApiDocument, operationsOf } from './openapi.ts';

/** Pages that web/site serves. They are not part of the API, so the document does not contain them. */
const PAGES = [
  ['/explore', 'Explore the network in a browser'],
  ['/docs', 'Read the API reference'],
  ['/openapi.json', 'Get the API reference as OpenAPI 3.1'],
] as const;

export function indexText(document: OpenApiDocument): string {
  const routes = [
    ...operationsOf(document).map(
      ({ path, method, operation }) => [method, path, operation.summary] as const,
    ),
    ...PAGES.map(([path, summary]) => ['get', path, summary] as const),
  ];
  const lines = routes.map(
    ([method, path, summary]) => `${method.toUpperCase().padEnd(4)} ${path.padEnd(42)} ${summary}`,
  );
  return `tinyvgg-edge classifies photos of clothing into ten Fashion-MNIST labels.

  curl --data-binary @photo.jpg '${ORIGIN}/v1/classify?top_k=3'

Unless the service is open, add an API key:  -H 'authorization: Bearer <key>'
Web pages send a site key instead:           -H 'x-site-key: <key>'

${lines.join('\n')}
`;
}
