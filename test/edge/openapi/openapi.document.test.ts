/** @file `npm run openapi` runs this file alone: it writes the document and the index. Otherwise the files must be current. */
import { expect, it } from 'vitest';
import { createOpenApiDocument } from '../../../edge/openapi/document.ts';
import { indexText } from '../../../edge/openapi/index-text.ts';

const document = createOpenApiDocument();

it('openapi.json is what the validators make of it; npm run openapi renews it', async () => {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../../edge/openapi/openapi.json');
});

it('index.txt is what the document makes of it, likewise', async () => {
  await expect(indexText(document)).toMatchFileSnapshot('../../../edge/api/service/index.txt');
});
