/** @file Downloads and the S3 client behind a proxy. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { download } from '../../train/dataset/fashion-mnist/download.ts';
import { proxyAgents, proxyEnv } from '../../train/proxy.ts';
import { openLocalStore, openStore } from '../../train/store/open.ts';
import { type ForwardProxy, startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const body = Buffer.from('a file');
const server = createServer((_, response) => response.writeHead(200, { etag: '"1"' }).end(body));
let origin: string;
let proxy: ForwardProxy;

beforeEach(async () => {
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy = await startProxy(origin);
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
  server.closeAllConnections();
  await new Promise((settle) => server.close(settle));
});

describe('a download', () => {
  const fetchFile = async (url: string, patience = 30_000) => {
    const path = join(temporaryFolder(), 'file');
    const md5 = createHash('md5').update(body).digest('hex');
    await download({ urls: [url], path, md5, bytes: body.length, retryDelay: 1, patience });
    return readFile(path);
  };

  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])(
    'goes through the proxy in %s',
    async (name) => {
      vi.stubEnv(name, proxy.url);
      expect(await fetchFile('http://mirror.invalid/file')).toEqual(body);
      expect(proxy.requests).toEqual(['GET http://mirror.invalid/file']);
    },
  );

  it('accepts a proxy without a scheme', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url.replace('http://', ''));
    expect(await fetchFile('http://mirror.invalid/file')).toEqual(body);
  });

  it('opens a tunnel through the proxy in HTTPS_PROXY, and names the proxy that refuses', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    await expect(fetchFile('https://mirror.invalid/file')).rejects.toThrow(
      new RegExp(`tunnel to mirror\\.invalid:443 via ${proxy.url}.*403 Forbidden`),
    );
    expect(proxy.requests[0]).toBe('CONNECT mirror.invalid:443');
  });

  it('is not tried with a proxy of another kind', async () => {
    vi.stubEnv('HTTP_PROXY', 'socks5://127.0.0.1:9');
    await expect(fetchFile(`${origin}/file`)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('ends when the proxy opens no tunnel', async () => {
    const mute = createTcpServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(mute.address() as AddressInfo).port}`);
    await expect(fetchFile('https://mirror.invalid/file', 300)).rejects.toThrow(/stalled/);
    mute.close();
  });

  it('does not use the proxy for a host in NO_PROXY', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', 'example.com,127.0.0.1');
    expect(await fetchFile(`${origin}/file`)).toEqual(body);
    expect(proxy.requests).toEqual([]);
  });
});

describe('the S3 client', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  });

  it('goes through the proxy in HTTP_PROXY', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url);
    const store = openStore({ endpoint: 'http://store.invalid', bucket: 'bucket' });
    expect((await store.get('key'))?.bytes).toEqual(new Uint8Array(body));
    expect(await store.put('key', body, 'text/plain')).toBe('written');
    expect(proxy.requests.map((request) => request.replace(/\?.*/, ''))).toEqual([
      'GET http://store.invalid/bucket/key',
      'PUT http://store.invalid/bucket/key',
    ]);
  });

  it('opens a tunnel through the proxy in HTTPS_PROXY', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const store = openStore({ endpoint: 'https://store.invalid' });
    await expect(store.get('key')).rejects.toThrow(
      /through the proxy, got .*store\.invalid:443.*403 Forbidden\. Check HTTPS_PROXY/,
    );
    expect(proxy.requests[0]).toBe('CONNECT store.invalid:443');
  });

  it('reaches the bucket of npm start with any settings for other stores', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
    vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', 'true');
    vi.stubEnv('AWS_DEFAULTS_MODE', 'unknown');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_PROFILE', 'unknown');
    expect((await openLocalStore(origin).get('key'))?.bytes).toEqual(new Uint8Array(body));
  });
});

describe('proxyEnv', () => {
  it.each([
    [
      'a proxy of another kind',
      'socks5://user:hidden@proxy:1080',
      /HTTPS_PROXY.*expected an HTTP proxy.*socks5:/,
    ],
    ['no address', 'http://', /HTTPS_PROXY.*no URL/],
    ['a password with a bare %', 'http://user:hidden%@proxy:1', /HTTPS_PROXY.*Write % as %25/],
  ])('rejects %s without repeating a password', (_, value, message) => {
    expect(() => proxyEnv({ HTTPS_PROXY: value })).toThrow(message);
    expect(() => proxyEnv({ HTTPS_PROXY: value })).not.toThrow('hidden');
  });

  it.each(['20.19.0', '22.20.0', '23.11.1', '24.4.1'])(
    'refuses a proxy in Node %s, whose agents connect without it',
    (version) => {
      expect(() => proxyEnv({ all_proxy: 'http://proxy:1' }, version)).toThrow(
        `cannot use the proxy in all_proxy: expected Node.js 22.21, 24.5 or later, got ${version}`,
      );
      expect(proxyEnv({ NO_PROXY: 'host' }, version).HTTP_PROXY).toBeUndefined();
    },
  );

  it.each(['22.21.0', '24.5.0', '26.0.0'])('gives the proxy to the agents of Node %s', (version) => {
    expect(proxyEnv({ HTTP_PROXY: 'http://proxy:1' }, version).HTTP_PROXY).toBe('http://proxy:1');
  });

  it('takes an empty variable as none', () => {
    expect(proxyEnv({ HTTPS_PROXY: ' ', https_proxy: '' }).HTTPS_PROXY).toBeUndefined();
  });
});

describe('NO_PROXY', () => {
  /** Returns whether a request to `host` goes through the proxy: it then contains the whole URL. */
  const isProxied = (host: string): boolean => {
    const { http } = proxyAgents({ timeout: 1000 });
    http.createConnection = () => new Socket();
    return request({ host, port: 9000, agent: http }).path.startsWith('http://');
  };

  it.each([
    ['example.com', 'example.com'],
    ['example.com', 's3.eu.example.com'],
    ['.example.com', 's3.example.com'],
    ['*.example.com', 's3.example.com'],
    ['EXAMPLE.com.', 's3.Example.com'],
    ['example.com:9000', 'example.com'],
    ['a.example b.example\tc.example', 'b.example'],
    ['10.0.0.0/8', '10.255.0.1'],
    ['192.168.1.77/24', '192.168.1.1'],
    ['192.168.1.1-192.168.1.9', '192.168.1.5'],
    ['[::1]', '::1'],
    ['[::1]:9000', '::1'],
    ['*', 'anything.example'],
  ])('%s excludes %s', (list, host) => {
    vi.stubEnv('HTTP_PROXY', 'http://proxy:3128');
    vi.stubEnv('NO_PROXY', list);
    expect(isProxied(host)).toBe(false);
  });

  it.each([
    ['example.com', 'badexample.com'],
    ['s3.example.com', 'example.com'],
    ['example.com:80', 'example.com'],
    ['10.0.0.0/8', '11.0.0.0'],
    ['192.168.1.0/24', '192.168.2.0'],
    [' , ', 'example.com'],
  ])('%s does not exclude %s', (list, host) => {
    vi.stubEnv('HTTP_PROXY', 'http://proxy:3128');
    vi.stubEnv('NO_PROXY', list);
    expect(isProxied(host)).toBe(true);
  });
});
