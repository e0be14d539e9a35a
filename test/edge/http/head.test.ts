/** @file HEAD on every GET operation: the headers of GET, the length of its body, and no body. */
import { beforeAll, expect, it } from 'vitest';
import { operationsOf } from '../../../edge/openapi/openapi.ts';
import { document } from '../support/documented.ts';
import { isolate, OPERATOR, tinyRelease } from '../support/tiny.ts';

let worker: ReturnType<typeof isolate>;
let version: string;
beforeAll(async () => {
  const release = await tinyRelease(1);
  worker = isolate(release);
  version = release.manifest.version;
});

const operations = operationsOf(document).filter(({ method }) => method === 'get');
const ERRORS = ['/none', '/v2/none', '/v1/models/none', '/v2/models/none/ready', '/problems/none'];

it.each([...operations.map(({ path }) => path), ...ERRORS])('HEAD %s', async (path) => {
  const address = path.replace('{name}', 'tinyvgg').replace('{version}', version).replace('{type}', 'closed');
  for (const accept of ['*/*', 'text/html']) {
    const headers = { ...OPERATOR, accept };
    const get = await worker.send(address, { headers });
    const head = await worker.send(address, { headers, method: 'HEAD' });
    expect(head.status).toBe(get.status);
    expect(await head.text()).toBe('');
    const names = (response: Response) => [...response.headers.keys()];
    expect(names(head)).toEqual([...names(get), 'content-length'].sort());
    for (const name of ['content-type', 'vary', 'etag', 'cache-control', 'accept-ranges']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
    const { byteLength } = await get.arrayBuffer();
    // Metrics count the request before, and the page of a problem contains the ID of its own request.
    if (path !== '/metrics') expect(head.headers.get('content-length')).toBe(`${byteLength}`);
  }
});
