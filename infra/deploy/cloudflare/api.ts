/**
 * @file Client of the parts of Cloudflare's API that a rollout calls without wrangler: deployments and request counts. wrangler needs
 * five requests and several seconds for a deployment; this client needs one request, which matters in a rollback.
 * https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/
 */
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { apiBase, type CloudflareEnvironment, callJson, Envelope } from './request.ts';

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

/** Error codes of "This Worker does not exist on your account", by script and by service. */
const UNKNOWN_WORKER = [10007, 10090];

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
export function openCloudflare(env: CloudflareEnvironment = process.env): Cloudflare {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account } = env;
  if (!token || !account) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot call the Cloudflare API',
      expected: 'CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID in the environment',
      got: 'not both',
    });
  }
  const call = (path: string, body?: object) =>
    callJson(apiBase(env) + path, {
      token,
      absent: UNKNOWN_WORKER,
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : { method: 'GET' }),
    });
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

export const sameTraffic = (a: Traffic | undefined, b: Traffic | undefined): boolean =>
  JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort());

/** Formats a traffic split: `0b6d… 90 %, 7e3f… 10 %`. */
export const trafficText = (traffic: Traffic | undefined): string =>
  Object.entries(traffic ?? {})
    .map(([version, percentage]) => `${version} ${percentage} %`)
    .join(', ') || 'nothing deployed';
