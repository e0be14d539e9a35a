/**
 * @file A local stand-in for the parts of Cloudflare that deployments use. Its API keeps versions, deployments, request counts, uploaded
 * Workers and buckets. Its edge forwards a request to a version, selected by percentage or by the override header. The versions are Workers
 * on this machine: those of a test, or the uploaded ones (uploaded-worker.ts).
 *
 * It follows Cloudflare's documentation and the requests of wrangler 4.149. It was not compared with a real account.
 */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalR2 } from './local-r2.ts';
import { formOf, parseUpload, type UploadedWorker } from './uploaded-worker.ts';

interface Deployment {
  id: string;
  versions: { version_id: string; percentage: number }[];
  annotations: { 'workers/message'?: string };
  created_on: string;
}

interface Script {
  versions: string[];
  /** Latest first. */
  deployments: Deployment[];
  /** The last upload. */
  uploaded?: UploadedWorker;
}

interface CountedRequest {
  time: number;
  worker: string;
  failed: boolean;
}

export type Fault = (method: string, path: string, body: string) => number | undefined;

export const ACCOUNT = 'account';
const API = 'tinyvgg-edge';
/** One page of a list that has no more. */
const ONE_PAGE = { page: 1, per_page: 50, count: 1, total_count: 1, total_pages: 1 };

export class LocalCloudflare {
  readonly scripts = new Map<string, Script>();
  /** Origin of each version of the API's Worker. */
  readonly origins = new Map<string, string>();
  readonly requests: CountedRequest[] = [];
  readonly r2 = new LocalR2();
  /** Files of assets by hash, and the manifest of the last upload session: path → hash. */
  readonly #files = new Map<string, Buffer>();
  #manifest: Record<string, { hash: string }> = {};
  /** The host name that the Worker sees; by default that of its origin on this machine. */
  host: string | undefined;
  /** Id of the next uploaded version of the API's Worker. */
  next = '';
  /** Returns the status of a failed API request; undefined for success. */
  fault: Fault = () => undefined;
  /** Returns whether the edge fails a request to a version. */
  broken: (version: string, request: IncomingMessage) => boolean = () => false;
  #servers: Server[] = [];

  async start(): Promise<{ api: string; origin: string }> {
    const [api, origin] = await Promise.all([
      this.#serve((request, response) => this.#api(request, response)),
      this.#serve((request, response) => this.#edge(request, response)),
    ]);
    return { api, origin };
  }

  /** Restores the state after one deployment of each Worker. */
  reset(versions: Record<string, string>): void {
    this.scripts.clear();
    this.requests.length = 0;
    this.r2.buckets.clear();
    const kinds = ['tinyvgg-models', 'tinyvgg-keys'];
    for (const name of kinds.flatMap((kind) => [kind, `${kind}-staging`]))
      this.r2.buckets.set(name, new Map());
    this.fault = () => undefined;
    this.broken = () => false;
    for (const [worker, version] of Object.entries(versions)) {
      this.#script(worker).versions.push(version);
      this.deploy(worker, { [version]: 100 });
    }
  }

  deploy(worker: string, traffic: Record<string, number>, message?: string): Deployment {
    const deployment: Deployment = {
      id: randomUUID(),
      versions: Object.entries(traffic).map(([version_id, percentage]) => ({ version_id, percentage })),
      annotations: message === undefined ? {} : { 'workers/message': message },
      created_on: new Date().toISOString(),
    };
    this.#script(worker).deployments.unshift(deployment);
    return deployment;
  }

  traffic(worker = API): Record<string, number> {
    const [latest] = this.scripts.get(worker)?.deployments ?? [];
    return Object.fromEntries((latest?.versions ?? []).map((one) => [one.version_id, one.percentage]));
  }

  /** Returns all deployments, first to last: `{new: 10, old: 90}`. */
  history(worker = API): Record<string, number>[] {
    const { deployments = [] } = this.scripts.get(worker) ?? {};
    return deployments
      .map(({ versions }) => Object.fromEntries(versions.map((one) => [one.version_id, one.percentage])))
      .reverse();
  }

  stop(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  #script(worker: string): Script {
    const script = this.scripts.get(worker) ?? { versions: [], deployments: [] };
    this.scripts.set(worker, script);
    return script;
  }

  async #serve(
    listener: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
  ): Promise<string> {
    const server = createServer((request, response) => {
      listener(request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    this.#servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async #api(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const body = await bodyOf(request);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
    const type = request.headers['content-type'] ?? '';
    const method = request.method ?? '';
    const respond = (status: number, json: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const fail = (status: number, code: number, message: string) =>
      respond(status, { success: false, errors: [{ code, message }], messages: [], result: null });
    const fault = this.fault(method, pathname, body.toString('latin1'));
    if (fault !== undefined) return fail(fault, 10001, 'a fault');
    if (pathname === '/graphql') return respond(200, this.#metrics(JSON.parse(body.toString()).variables));
    if (['/accounts', '/memberships'].includes(pathname)) {
      const account = { id: ACCOUNT, name: 'Example' };
      const result = pathname === '/accounts' ? [account] : [{ id: 'membership', account }];
      return respond(200, { success: true, errors: [], messages: [], result, result_info: ONE_PAGE });
    }
    const path = pathname.replace(`/accounts/${ACCOUNT}`, '');
    if (path.startsWith('/r2/buckets')) {
      const answer = await this.r2.handle(method, path.slice('/r2/buckets'.length), searchParams, body);
      if ('code' in answer) return fail(answer.status, answer.code, answer.message);
      if ('bytes' in answer) return response.writeHead(200, { etag: `"${answer.etag}"` }).end(answer.bytes);
      return respond(200, { success: true, errors: [], messages: [], ...answer });
    }
    const result = await this.#resultOf(method, path, body, type);
    if (result === undefined) return fail(404, 10007, 'This Worker does not exist on your account.');
    return respond(200, { success: true, errors: [], messages: [], result });
  }

  async #resultOf(method: string, path: string, body: Buffer, type: string): Promise<unknown> {
    const [, worker = '', rest = ''] =
      /^\/workers\/(?:scripts|services|workers)\/([\w-]+)(.*)$/.exec(path) ?? [];
    const script = this.scripts.get(worker);
    if (method === 'PUT' && worker && rest === '') {
      const version = await this.#upload(worker, body, type);
      this.deploy(worker, { [version]: 100 });
      return { id: worker, deployment_id: version.replaceAll('-', ''), startup_time_ms: 30 };
    }
    if (path === '/workers/subdomain') return { subdomain: 'example' };
    if (method === 'POST' && rest === '/assets-upload-session') {
      this.#manifest = JSON.parse(body.toString()).manifest;
      const missing = Object.values(this.#manifest).filter(({ hash }) => !this.#files.has(hash));
      return { jwt: 'session', buckets: missing.length > 0 ? [missing.map(({ hash }) => hash)] : [] };
    }
    if (method === 'POST' && path === '/workers/assets/upload') {
      for (const [hash, file] of await formOf(body, type)) {
        const text = typeof file === 'string' ? file : await file.text();
        this.#files.set(hash, Buffer.from(text, 'base64'));
      }
      return { jwt: 'complete' };
    }
    if (!script) return undefined;
    switch (`${method} ${rest.replace(/\/versions\/.+/, '/versions/:id')}`) {
      case 'GET ':
        return path.startsWith('/workers/services')
          ? { default_environment: { environment: 'production', script: { tag: 'tag', tags: [] } } }
          : { id: worker, subdomain: SUBDOMAIN };
      case 'GET /secrets':
        return [];
      case 'GET /settings':
        return { bindings: [] };
      case 'PATCH /script-settings':
        return {};
      case 'GET /subdomain':
      case 'POST /subdomain':
        return SUBDOMAIN;
      case 'POST /versions':
        return versionOf(await this.#upload(worker, body, type));
      case 'GET /versions/:id':
        return versionOf(rest.split('/').at(-1));
      case 'GET /deployments':
        return { deployments: script.deployments };
      case 'POST /deployments': {
        const { versions, annotations } = JSON.parse(body.toString()) as Deployment;
        const traffic = Object.fromEntries(versions.map((one) => [one.version_id, one.percentage]));
        const sum = versions.reduce((all, { percentage }) => all + percentage, 0);
        if (
          sum !== 100 ||
          versions.length > 2 ||
          !versions.every((one) => script.versions.includes(one.version_id))
        )
          throw new Error(`invalid deployment: ${JSON.stringify(traffic)}`);
        return this.deploy(worker, traffic, annotations['workers/message']);
      }
      default:
        throw new Error(`unexpected request: ${method} ${path}`);
    }
  }

  async #upload(worker: string, body: Buffer, type: string): Promise<string> {
    const version = ([API, `${API}-staging`].includes(worker) && this.next) || randomUUID();
    const script = this.#script(worker);
    const files = Object.entries(this.#manifest).map(
      ([path, { hash }]) => [path, this.#files.get(hash)] as const,
    );
    const upload = await parseUpload(
      body,
      type,
      new Map(files.filter((one): one is [string, Buffer] => !!one[1])),
    );
    if (!upload.metadata.assets) upload.assets.clear();
    script.uploaded = upload;
    script.versions.push(version);
    return version;
  }

  #metrics({ worker, from, to }: { worker: string; from: string; to: string }): object {
    const seen = this.requests.filter(
      (one) => one.worker === worker && one.time >= Date.parse(from) && one.time <= Date.parse(to),
    );
    const sum = { requests: seen.length, errors: seen.filter(({ failed }) => failed).length };
    return { data: { viewer: { accounts: [{ workersInvocationsAdaptive: [{ sum }] }] } }, errors: null };
  }

  /** Forwards a request to the version that the override header names if it is deployed, otherwise to one drawn by percentage. */
  async #edge(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const traffic = this.traffic();
    const header = request.headers['cloudflare-workers-version-overrides'];
    const [, wanted = ''] = /^tinyvgg-edge="([\w-]+)"$/.exec(String(header)) ?? [];
    const version = wanted in traffic ? wanted : drawVersion(traffic);
    const failed = this.broken(version, request);
    this.requests.push({ time: Date.now(), worker: API, failed });
    if (failed) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end('error code: 1101');
      return;
    }
    const answer = await forward(this.origins.get(version) ?? '', request, body, this.host);
    if (!answer) {
      response.writeHead(502).end('the version does not run');
      return;
    }
    const headersKept = Object.entries(answer.headers).filter(([name]) => !HOP_HEADERS.includes(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headersKept) as OutgoingHttpHeaders);
    answer.pipe(response);
  }
}

/** Sends a request on. @param host as Cloudflare routes it; by default that of `origin` @returns undefined when nothing listens */
function forward(
  origin: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  host = new URL(origin).host,
): Promise<IncomingMessage | undefined> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_HEADERS.includes(name));
  return new Promise((settle) => {
    const sent = httpRequest(new URL(url ?? '/', origin), {
      method,
      headers: {
        ...Object.fromEntries(kept),
        host,
        ...(body.length > 0 && { 'content-length': body.length }),
      },
    });
    sent.on('response', settle).on('error', () => settle(undefined));
    sent.end(body);
  });
}

/** Headers of one hop. */
const HOP_HEADERS = ['connection', 'host', 'content-length', 'transfer-encoding', 'keep-alive'];

function drawVersion(traffic: Record<string, number>): string {
  let at = Math.random() * 100;
  for (const [version, percentage] of Object.entries(traffic)) {
    at -= percentage;
    if (at < 0) return version;
  }
  return Object.keys(traffic)[0] as string;
}

const SUBDOMAIN = { enabled: true, previews_enabled: true };

const versionOf = (id: string | undefined): object => ({
  id,
  startup_time_ms: 30,
  metadata: { created_on: new Date().toISOString(), has_preview: false },
  resources: { script: { etag: id }, script_runtime: {}, bindings: [] },
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
