/**
 * @file Client of the parts of Cloudflare's API that a rollout calls without wrangler: deployments and request counts. wrangler needs
 * five requests and several seconds for a deployment; this client needs one request, which matters in a rollback.
 * https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/
 */
import retry, { AbortError } from 'p-retry';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';

/** Version → percentage of the requests. The percentages add up to 100. */
export type Traffic = Readonly<Record<string, number>>;

interface Invocations {
  requests: number;
  /** Uncaught exceptions and exceeded limits: Cloudflare responds with error 1101 or 1102. */
  errors: number;
}

export interface Cloudflare {
  /** Returns the traffic split of the latest deployment; undefined for a Worker that was never deployed. */
  traffic(worker: string): Promise<Traffic | undefined>;
  deploy(worker: string, traffic: Traffic, message: string): Promise<void>;
  /** Counts the requests to all versions of a Worker. The counts arrive some seconds late. */
  invocations(worker: string, from: Date, to: Date): Promise<Invocations>;
}

/** The environment variables that wrangler reads, too. */
interface Environment {
  CLOUDFLARE_API_TOKEN?: string | undefined;
  CLOUDFLARE_ACCOUNT_ID?: string | undefined;
  CLOUDFLARE_API_BASE_URL?: string | undefined;
}

const DEFAULT_BASE = 'https://api.cloudflare.com/client/v4';
/** Milliseconds for one response. */
const RESPONSE_LIMIT = 10_000;
/** Retries after 0.5, 1, 2 and 4 s: GitHub gives a cancelled job 10 s, in which the rollout must roll back. */
const RETRIES = { retries: 4, minTimeout: 500, factor: 2 };
/** Error codes of "This Worker does not exist on your account", by script and by service. */
const UNKNOWN_WORKER = [10007, 10090];

const Envelope = v.object({
  success: v.boolean(),
  errors: v.optional(v.array(v.object({ code: v.number(), message: v.string() })), []),
  result: v.unknown(),
});
const Deployments = v.object({
  deployments: v.array(
    v.object({ versions: v.array(v.object({ version_id: v.string(), percentage: v.number() })) }),
  ),
});
const Sums = v.object({ sum: v.object({ requests: v.number(), errors: v.number() }) });
const Metrics = v.object({
  data: v.object({
    viewer: v.object({ accounts: v.array(v.object({ workersInvocationsAdaptive: v.array(Sums) })) }),
  }),
});

/** https://developers.cloudflare.com/analytics/graphql-api/tutorials/querying-workers-metrics/ */
const INVOCATIONS = `query ($account: string, $worker: string, $from: string, $to: string) {
  viewer { accounts(filter: { accountTag: $account }) {
    workersInvocationsAdaptive(limit: 100, filter: { scriptName: $worker, datetime_geq: $from, datetime_leq: $to }) {
      sum { requests errors }
    }
  } }
}`;

/** @throws ExplainedError of kind `usage` without token and account */
export function openCloudflare(env: Environment = process.env): Cloudflare {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account } = env;
  const base = env.CLOUDFLARE_API_BASE_URL ?? DEFAULT_BASE;
  if (!token || !account) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot call the Cloudflare API',
      expected: 'CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID in the environment',
      got: 'not both',
    });
  }
  const call = (path: string, body?: object) => callApi(base + path, token, body);
  const deployments = (worker: string) => `/accounts/${account}/workers/scripts/${worker}/deployments`;
  return {
    async traffic(worker) {
      const response = await call(deployments(worker));
      if (response === undefined) return undefined;
      const [latest] = v.parse(Deployments, v.parse(Envelope, response).result).deployments;
      return latest && Object.fromEntries(latest.versions.map((one) => [one.version_id, one.percentage]));
    },
    async deploy(worker, traffic, message) {
      const versions = Object.entries(traffic).map(([version_id, percentage]) => ({
        version_id,
        percentage,
      }));
      const annotations = { 'workers/message': message };
      await call(deployments(worker), { strategy: 'percentage', versions, annotations });
    },
    async invocations(worker, from, to) {
      const variables = { account, worker, from: from.toISOString(), to: to.toISOString() };
      const response = v.safeParse(Metrics, await call('/graphql', { query: INVOCATIONS, variables }));
      if (!response.success) {
        throw new ExplainedError({
          kind: 'store',
          what: `cannot count the requests to ${worker}`,
          got: response.issues[0].message,
          next: 'The token needs the permission Account Analytics: Read',
        });
      }
      const sums = response.output.data.viewer.accounts.flatMap((one) => one.workersInvocationsAdaptive);
      return sums.reduce<Invocations>(
        (all, { sum }) => ({ requests: all.requests + sum.requests, errors: all.errors + sum.errors }),
        { requests: 0, errors: 0 },
      );
    },
  };
}

/**
 * Sends a request, POST with a body, and retries failures that may pass.
 * @returns the parsed response; undefined when the Worker does not exist
 * @throws ExplainedError of kind `store`
 */
async function callApi(url: string, token: string, body: object | undefined): Promise<unknown> {
  const method = body ? 'POST' : 'GET';
  const failure = (got: string, cause?: unknown): ExplainedError =>
    new ExplainedError({
      kind: 'store',
      what: `${method} ${url}`,
      expected: 'a successful response',
      got,
      cause,
    });
  return retry(async () => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(RESPONSE_LIMIT),
    }).catch((cause: Error) => {
      throw failure(String(cause.cause ?? cause.message), cause);
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    const { output } = v.safeParse(v.pipe(v.string(), v.parseJson(), Envelope), text);
    const errors = (output as v.InferOutput<typeof Envelope> | undefined)?.errors ?? [];
    if (errors.some(({ code }) => UNKNOWN_WORKER.includes(code))) return undefined;
    const messages = errors.map((e) => `${e.message} [${e.code}]`).join(', ');
    const error = failure(`${response.status}: ${messages || text.slice(0, 200)}`);
    throw response.status >= 500 || response.status === 429 ? error : new AbortError(error);
  }, RETRIES);
}

export const sameTraffic = (a: Traffic | undefined, b: Traffic | undefined): boolean =>
  JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort());

/** Formats a traffic split: `0b6d… 90 %, 7e3f… 10 %`. */
export const trafficText = (traffic: Traffic | undefined): string =>
  Object.entries(traffic ?? {})
    .map(([version, percentage]) => `${version} ${percentage} %`)
    .join(', ') || 'nothing deployed';
