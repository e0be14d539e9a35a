/** @file `npm run openapi` runs this file alone: it writes the document that the Worker holds. Otherwise the file must be current. */
import { expect, it } from 'vitest';
import { createOpenApiDocument } from '../../edge/openapi/document.ts';

it('openapi.json is what the validators make of it; npm run openapi renews it', async () => {
  const text = `${JSON.stringify(createOpenApiDocument(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../edge/openapi/openapi.json');
});
