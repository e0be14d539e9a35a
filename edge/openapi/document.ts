/**
 * @file The OpenAPI 3.1 document. Its schemas are generated from the validators that check requests.
 *
 * `npm run openapi` writes it to openapi.json, from which web/site builds the API reference. A test fails when the file is out
 * of date.
 */
import { FORMAT_NAMES, type ImageFormat } from '#shared/decode/format.ts';
import { MAX_PIXELS } from '#shared/decode/limits.ts';
import { answersOf } from '#shared/predictions.ts';
import release from '../../release/tinyvgg.json';
import { ORIGIN } from '../api/service/origin.ts';
import { MAX_BODY_BYTES, MAX_IMAGES } from '../http/limits.ts';
import { NAME, VERSION } from '../version.ts';
import { ACCESS, securitySchemes } from './access.ts';
import { namedSchemas } from './components.ts';
import type { OpenApiDocument } from './openapi.ts';
import { hfPaths } from './paths/hf.ts';
import { oipPaths } from './paths/oip.ts';
import { servicePaths } from './paths/service.ts';
import { v1Paths } from './paths/v1.ts';
import { FORMATS } from './responses.ts';

const pixelLimits = (Object.entries(MAX_PIXELS) as [ImageFormat, number][])
  .map(([format, pixels]) => `${FORMAT_NAMES[format]} ${pixels / 1e6}`)
  .join(', ');

const labels = answersOf(release);

/** Paragraphs of CommonMark. */
const description = [
  `Classifies pictures. The bundled model tells photos of clothing apart, in ${labels.length} labels: ${labels.join(', ')}. Every model of the object store is served by its name; its manifest has its labels.`,
  `Images are ${FORMATS} files. A request has at most ${MAX_BODY_BYTES / 2 ** 20} MiB and ${MAX_IMAGES} images.
Maximum size of an image in megapixels: ${pixelLimits}. A progressive JPEG has a lower limit.
Compressed requests (\`Content-Encoding\`) are refused. An optional member of a JSON request may be null.`,
  ACCESS,
  `Errors are problem details (RFC 9457); under /v2 and /hf they are \`{"error"}\`. A client that prefers \`text/html\` receives a page. Every response has an \`x-request-id\`.
Responses never repeat request data, except the name of an alias, a version or a form field, and the \`id\` under /v2.`,
  `In the code samples, \`${ORIGIN}\` stands for the address of the service. \`API_KEY\` and \`VERSION\` are environment variables.`,
].map((paragraph) => paragraph.replaceAll('\n', ' '));

/** Builds the content of openapi.json. */
export function createOpenApiDocument(): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: NAME,
      version: VERSION,
      summary: 'Fashion-MNIST classification at the edge',
      description: description.join('\n\n'),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'v1', description: 'Classification, models and signed predictions: the API of this service.' },
      { name: 'hf', description: 'Image classification for Hugging Face clients.' },
      {
        name: 'v2',
        description: 'The Open Inference Protocol, version 2, with the binary tensor data extension.',
      },
      { name: 'service', description: 'Health, metrics and problem types.' },
    ],
    paths: { ...v1Paths, ...hfPaths, ...oipPaths, ...servicePaths },
    components: { schemas: namedSchemas, securitySchemes },
  };
}
