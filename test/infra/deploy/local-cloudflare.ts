/**
 * @file A local stand-in for the parts of Cloudflare that a rollout uses. Its API keeps versions, deployments and request counts. Its edge
 * forwards a request to a version, selected by percentage or by the override header. The versions are Workers under `wrangler dev`, not
 * the uploaded bundles.
 *
 * It follows Cloudflare's documentation and the requests of wrangler 4.149. It was not compared with a real account.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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
}

interface CountedRequest {
  time: number;
  worker: string;
  failed: boolean;
}

export type Fault = (method: string, path: string, body: string) => number | undefined;

export const ACCOUNT = 'account';
const API = 'tinyvgg-edge';

export class LocalCloudflare {
  readonly scripts = new Map<string, Script>();
  /** Origin of each version of the API's Worker. */
  readonly origins = new Map<string, string>();
  readonly requests: CountedRequest[] = [];
  /** Keys of the objects in the bucket. */
  readonly objects: string[] = [];
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
    this.objects.length = 0;
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
    const { pathname } = new URL(request.url ?? '', 'http://api');
    const method = request.method ?? '';
    const respond = (status: number, json: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const fail = (status: number, code: number, message: string) =>
      respond(status, { success: false, errors: [{ code, message }], messages: [], result: null });
    const fault = this.fault(method, pathname, body.toString('latin1'));
    if (fault !== undefined) return fail(fault, 10001, 'a fault');
    if (pathname === '/graphql') return respond(200, this.#metrics(JSON.parse(body.toString()).variables));
    const result = this.#resultOf(method, pathname.replace(`/accounts/${ACCOUNT}`, ''), body);
    if (result === undefined) return fail(404, 10007, 'This Worker does not exist on your account.');
    return respond(200, { success: true, errors: [], messages: [], result });
  }

  #resultOf(method: string, path: string, body: Buffer): unknown {
    const [, worker = '', rest = ''] =
      /^\/workers\/(?:scripts|services|workers)\/([\w-]+)(.*)$/.exec(path) ?? [];
    const script = this.scripts.get(worker);
    const key = /^\/r2\/buckets\/tinyvgg-models\/objects\/(.+)$/.exec(path)?.[1];
    if (method === 'PUT' && key) return this.objects.push(key) && {};
    if (method === 'PUT' && worker && rest === '') {
      const version = this.#upload(worker);
      this.deploy(worker, { [version]: 100 });
      return { id: worker, deployment_id: version.replaceAll('-', ''), startup_time_ms: 30 };
    }
    if (path === '/workers/subdomain') return { subdomain: 'example' };
    if (path === '/r2/buckets/tinyvgg-models') return { name: 'tinyvgg-models' };
    if (method === 'POST' && rest === '/assets-upload-session') return { jwt: 'all-there', buckets: [] };
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
        return versionOf(this.#upload(worker));
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

  #upload(worker: string): string {
    const version = worker === API ? this.next : randomUUID();
    this.#script(worker).versions.push(version);
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
    const headers = new Headers(
      Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.includes(name)) as [string, string][],
    );
    const forwarded = await fetch(`${this.origins.get(version)}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      body: body.length > 0 ? new Uint8Array(body) : null,
      redirect: 'manual',
    }).catch((error: Error) => new Response(error.message, { status: 502 }));
    const headersKept = [...forwarded.headers].filter(([name]) => !HOP_HEADERS.includes(name));
    response
      .writeHead(forwarded.status, Object.fromEntries(headersKept))
      .end(new Uint8Array(await forwarded.arrayBuffer()));
  }
}

/** Headers of one hop. fetch has decoded the body. */
const HOP_HEADERS = [
  'connection',
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'keep-alive',
];

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
