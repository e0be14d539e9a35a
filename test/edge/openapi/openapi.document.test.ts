/** @file The generated files of the API reference are up to date. `npm run openapi` runs this file with --update and writes them. */
import { expect, it } from 'vitest';
import { createOpenApiDocument } from '../../../edge/openapi/document.ts';
import { indexText } from '../../../edge/openapi/index-text.ts';

const document = createOpenApiDocument();

it('openapi.json is up to date', async () => {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../../edge/openapi/openapi.json');
});

it('index.txt is up to date', async () => {
  await expect(indexText(document)).toMatchFileSnapshot('../../../edge/api/service/index.txt');
});
