/** @file Tunnels through a proxy to HTTPS servers, in processes that must end by themselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode, runTrainer } from '../support/command.ts';
import { type ForwardProxy, startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const body = Buffer.from('a file');
let proxy: ForwardProxy;

beforeEach(async () => {
  proxy = await startProxy('');
});
afterEach(() => proxy.close());

const DOWNLOAD = `
  import { download } from './train/dataset/fashion-mnist/download.ts';
  await download(JSON.parse(process.argv[1])).catch(({ message }) => console.log(message));`;

/** Downloads a file in a process of its own, through a proxy. */
function downloadThrough({ url }: ForwardProxy, patience?: number) {
  const path = join(temporaryFolder(), 'file');
  const urls = ['https://mirror.invalid/file'];
  const file = { urls, path, md5: 'none', bytes: 9, retryDelay: 1, patience };
  const env = { ...process.env, HTTPS_PROXY: url };
  return runNode(['--input-type=module', '-e', DOWNLOAD, JSON.stringify(file)], { env, timeout: 60_000 });
}

it('a process ends when the server does not answer through the tunnel', async () => {
  const silent = await startProxy('', 'nowhere');
  const ended = await downloadThrough(silent, 300);
  await silent.close();
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('stalled') });
});

describe('a process behind a proxy that refuses the tunnel and keeps its connection open', () => {
  const env = () => ({
    ...process.env,
    HTTPS_PROXY: proxy.url,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });

  it('ends after a request to the object store', async () => {
    const args = ['status', '--endpoint', 'https://store.invalid'];
    const ended = await runTrainer(args, { env: env() });
    expect(ended).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/through the proxy.*403 Forbidden/),
    });
  });

  it('ends after a download', async () => {
    expect(await downloadThrough(proxy)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/tunnel to mirror.*403 Forbidden/),
    });
  });
});

/** openssl makes the certificate of the HTTPS server. */
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)(
  `a tunnel through the proxy${hasOpenssl ? '' : ' (skipped: install openssl)'}`,
  () => {
    it('leads the download and the S3 client to their HTTPS servers', async () => {
      const folder = temporaryFolder();
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const names = 'subjectAltName=DNS:mirror.invalid,DNS:store.invalid';
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=test'],
          ...['-addext', names, '-keyout', key, '-out', cert],
        ],
        { stdio: 'ignore' },
      );
      const secure = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) =>
        response.writeHead(200, { etag: '"1"' }).end(body),
      ).listen(0, '127.0.0.1');
      await once(secure, 'listening');
      const open = await startProxy('', (secure.address() as AddressInfo).port);
      const script = `
        import { download } from './train/dataset/fashion-mnist/download.ts';
        import { openStore } from './train/store/open.ts';
        await download(JSON.parse(process.argv[1]));
        const object = await openStore({ endpoint: 'https://store.invalid' }).get('key');
        console.log(new TextDecoder().decode(object.bytes));`;
      const md5 = createHash('md5').update(body).digest('hex');
      const file = {
        urls: ['https://mirror.invalid/file'],
        path: join(folder, 'file'),
        md5,
        bytes: body.length,
      };
      const ended = await runNode(['--input-type=module', '-e', script, JSON.stringify(file)], {
        env: {
          ...process.env,
          ...{ HTTPS_PROXY: open.url, NODE_EXTRA_CA_CERTS: cert },
          ...{ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
        },
      });
      await open.close();
      secure.closeAllConnections();
      secure.close();
      expect(ended).toMatchObject({ code: 0, stdout: `${body}\n`, stderr: '' });
      expect(await readFile(file.path)).toEqual(body);
      expect(open.requests).toEqual(['CONNECT mirror.invalid:443', 'CONNECT store.invalid:443']);
    });
  },
);
