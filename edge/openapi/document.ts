/**
 * @file The OpenAPI 3.1 document, made from the validators, so that what it says of a body is what is checked.
 *
 * `npm run openapi` writes it to openapi.json, from which web/site makes the pages. A test fails while the file is not what this
 * makes.
 */
import { FORMAT_NAMES, type ImageFormat } from '#shared/decode/format.ts';
import { MAX_PIXELS } from '#shared/decode/limits.ts';
import { LABELS } from '#shared/labels.ts';
import { MAX_BODY_BYTES, MAX_IMAGES } from '../api/limits.ts';
import { NAME, VERSION } from '../service.ts';
import { ACCESS, securitySchemes } from './access.ts';
import { namedSchemas } from './components.ts';
import { type OpenApiDocument, ORIGIN } from './openapi.ts';
import { FORMATS } from './parts.ts';
import { hfPaths } from './paths/hf.ts';
import { oipPaths } from './paths/oip.ts';
import { servicePaths } from './paths/service.ts';
import { v1Paths } from './paths/v1.ts';

const pixelLimits = (Object.entries(MAX_PIXELS) as [ImageFormat, number][])
  .map(([format, pixels]) => `${FORMAT_NAMES[format]} ${pixels / 1e6}`)
  .join(', ');

const description = `Tells which of ${LABELS.length} kinds of clothing a picture shows: ${LABELS.join(', ')}.
Images are ${FORMATS} files. Limits: ${MAX_BODY_BYTES / 2 ** 20} MiB and ${MAX_IMAGES} images a request;
millions of pixels an image: ${pixelLimits}. ${ACCESS} Errors are problem details (RFC 9457), under /v2 and /hf \`{"error"}\`.
Every answer has an \`x-request-id\`. Nothing that was sent comes back in an answer, but for the \`id\` under /v2.
In examples \`${ORIGIN}\` is the service’s address.`;

/** What openapi.json must hold. */
export function createOpenApiDocument(): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: NAME,
      version: VERSION,
      summary: 'Fashion-MNIST’s ten classes at the edge',
      description: description.replaceAll('\n', ' '),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'v1', description: 'This service’s own interface.' },
      { name: 'hf', description: 'The interface of Hugging Face’s image classification.' },
      {
        name: 'v2',
        description: 'The Open Inference Protocol, version 2, with the binary tensor data extension.',
      },
      { name: 'service', description: 'About the service.' },
    ],
    paths: { ...v1Paths, ...hfPaths, ...oipPaths, ...servicePaths },
    components: { schemas: namedSchemas, securitySchemes },
  };
}
