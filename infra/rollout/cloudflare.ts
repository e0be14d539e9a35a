/**
 * @file Cloudflare's API, where it is asked without wrangler: which versions a Worker's requests go to, and how many of them fail. One
 * request where wrangler needs five and seconds, which counts when a deployment is to be taken back at once.
 * https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/
 */
import retry, { AbortError } from 'p-retry';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';

/** Version → percentage of the requests. They add up to 100. */
export type Traffic = Readonly<Record<string, number>>;

interface Invocations {
  requests: number;
  /** Uncaught exceptions and exceeded limits: what Cloudflare answers with 1101 and 1102. */
  errors: number;
}

export interface Cloudflare {
  /** The latest deployment; undefined for a Worker that was never deployed. */
  traffic(worker: string): Promise<Traffic | undefined>;
  deploy(worker: string, traffic: Traffic, message: string): Promise<void>;
  /** Of all versions, some seconds late. */
  invocations(worker: string, from: Date, to: Date): Promise<Invocations>;
}

/** wrangler's own variables. */
interface Environment {
  CLOUDFLARE_API_TOKEN?: string | undefined;
  CLOUDFLARE_ACCOUNT_ID?: string | undefined;
  CLOUDFLARE_API_BASE_URL?: string | undefined;
}

const DEFAULT_BASE = 'https://api.cloudflare.com/client/v4';
/** Milliseconds for one answer. */
const ANSWER_LIMIT = 10_000;
/** After 0.5, 1, 2 and 4 s: a cancelled job of GitHub's has 10 s to go back. */
const RETRIES = { retries: 4, minTimeout: 500, factor: 2 };
/** "This Worker does not exist on your account": by name, and by service. */
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
    const expected = 'CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID in the environment';
    throw new ExplainedError({ kind: 'usage', what: 'cannot ask Cloudflare', expected, got: 'not both' });
  }
  const deployments = (worker: string) => `/accounts/${account}/workers/scripts/${worker}/deployments`;

  async function ask(path: string, body?: object): Promise<unknown> {
    const what = `${body ? 'POST' : 'GET'} ${base}${path}`;
    const wrong = (got: string, cause?: unknown): ExplainedError =>
      new ExplainedError({ kind: 'store', what, expected: 'an answer of the API', got, cause });
    return retry(async () => {
      const response = await fetch(base + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(ANSWER_LIMIT),
      }).catch((cause: Error) => {
        throw wrong(String(cause.cause ?? cause.message), cause);
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text);
      const { output } = v.safeParse(v.pipe(v.string(), v.parseJson(), Envelope), text);
      const errors = (output as v.InferOutput<typeof Envelope> | undefined)?.errors ?? [];
      if (errors.some(({ code }) => UNKNOWN_WORKER.includes(code))) return undefined;
      const error = wrong(
        `${response.status}: ${errors.map((e) => `${e.message} [${e.code}]`).join(', ') || text.slice(0, 200)}`,
      );
      throw response.status >= 500 || response.status === 429 ? error : new AbortError(error);
    }, RETRIES);
  }

  return {
    async traffic(worker) {
      const answer = await ask(deployments(worker));
      if (answer === undefined) return undefined;
      const [latest] = v.parse(Deployments, v.parse(Envelope, answer).result).deployments;
      return latest && Object.fromEntries(latest.versions.map((one) => [one.version_id, one.percentage]));
    },
    async deploy(worker, traffic, message) {
      const versions = Object.entries(traffic).map(([version_id, percentage]) => ({
        version_id,
        percentage,
      }));
      const annotations = { 'workers/message': message };
      await ask(deployments(worker), { strategy: 'percentage', versions, annotations });
    },
    async invocations(worker, from, to) {
      const variables = { account, worker, from: from.toISOString(), to: to.toISOString() };
      const answer = v.safeParse(Metrics, await ask('/graphql', { query: INVOCATIONS, variables }));
      if (!answer.success) {
        const next = 'The token needs Account Analytics: Read';
        const got = answer.issues[0].message;
        throw new ExplainedError({ kind: 'store', what: `how many requests to ${worker} fail`, got, next });
      }
      const sums = answer.output.data.viewer.accounts.flatMap((one) => one.workersInvocationsAdaptive);
      return sums.reduce<Invocations>(
        (all, { sum }) => ({ requests: all.requests + sum.requests, errors: all.errors + sum.errors }),
        { requests: 0, errors: 0 },
      );
    },
  };
}

export const sameTraffic = (a: Traffic | undefined, b: Traffic | undefined): boolean =>
  JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort());

/** `0b6d… 90 %, 7e3f… 10 %` */
export const trafficText = (traffic: Traffic | undefined): string =>
  Object.entries(traffic ?? {})
    .map(([version, percentage]) => `${version} ${percentage} %`)
    .join(', ') || 'nothing deployed';
