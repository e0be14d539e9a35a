/** @file The OpenAPI document as it is served: with the address that the client used, so that its examples work as printed. */
import document from './openapi.json';
import { type OpenApiDocument, ORIGIN } from './openapi.ts';

/** @param origin scheme, host and port */
export function openApiFor(origin: string): OpenApiDocument {
  return JSON.parse(JSON.stringify(document).replaceAll(ORIGIN, origin));
}
