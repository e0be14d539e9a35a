/**
 * @file Deploys a new version of the API's Worker step by step, from no requests to all. Each step is tested before the next. After the
 * first failure, all three Workers are rolled back.
 *
 * Each of the other two Workers is deployed in one step: only the API calls them, by RPC, which has no version overrides. Both versions of
 * the API must therefore be able to call both versions of them.
 */
import { ExplainedError } from '#shared/errors.ts';
import { type Cloudflare, type Traffic, trafficText } from '../cloudflare/api.ts';
import { r2Store } from '../cloudflare/r2.ts';
import { API, CALLED, type DeployedWorker, deploymentOf, wranglerTarget } from '../cloudflare/workers.ts';
import { runWrangler } from '../cloudflare/wrangler.ts';
import { withPages } from '../pages.ts';
import { pinAssets } from '../pin-assets.ts';
import { ensureBuckets } from '../prepare.ts';
import { smokeTest } from '../smoke/smoke-test.ts';
import { type Outcome, type RolloutOptions, reasonOf, type TrafficBefore } from './options.ts';
import { rollBack } from './rollback.ts';
import { TrafficSplit } from './traffic-split.ts';
import { watch } from './watch.ts';

/**
 * The new version's share of the requests at each step. 10 % is the least share that shows errors within minutes: at 1 request/s, 30
 * requests in five minutes. After 50 %, the last step only doubles the load of the new version.
 */
export const PERCENTAGES = [10, 50, 100] as const;
const PRODUCTION = deploymentOf('production');
/** Seconds at each step. They cover the delay of error counts, up to a minute, and the life of an isolate, which is minutes. */
export const WATCH_SECONDS = 300;

export async function rollOut(options: RolloutOptions): Promise<Outcome> {
  const { cloudflare, log } = options;
  let before: TrafficBefore;
  try {
    before = await trafficBefore(cloudflare);
    await ensureBuckets(options.account, PRODUCTION, log);
    await pinAssets(r2Store(options.account, PRODUCTION.buckets.models));
    log('pinned assets are in the bucket');
    for (const worker of CALLED) if (!before.get(worker)) await deployAtOnce(worker, options);
  } catch (error) {
    log(reasonOf(error));
    return 'unchanged';
  }
  if (!before.get(API)) return firstDeployment(options);
  let version: string;
  try {
    version = await upload(options);
  } catch (error) {
    log(reasonOf(error));
    return 'unchanged';
  }
  return shiftTraffic(options, before, version, (worker) => deployAtOnce(worker, options));
}

/** @throws ExplainedError of kind `conflict` while two versions share a Worker's requests */
async function trafficBefore(cloudflare: Cloudflare): Promise<TrafficBefore> {
  const before = new Map<DeployedWorker, Traffic | undefined>();
  for (const worker of [...CALLED, API]) {
    const traffic = await cloudflare.traffic(worker.name);
    before.set(worker, traffic);
    if (!traffic || Object.keys(traffic).length === 1) continue;
    throw new ExplainedError({
      kind: 'conflict',
      what: `cannot start: a rollout of ${worker.name} has not ended`,
      expected: 'one version with all requests',
      got: trafficText(traffic),
      next: `To end that rollout with the version that is to stay: npx wrangler versions deploy ID@100% -y -c ${worker.config}`,
    });
  }
  return before;
}

async function deployAtOnce(
  worker: DeployedWorker,
  { signal, log, tag }: RolloutOptions,
  more: string[] = [],
): Promise<void> {
  const { name } = worker;
  const target = wranglerTarget(worker, 'production');
  const events = await runWrangler(['deploy', ...target, ...tagArguments(tag), ...more], signal);
  log(`${name}: version ${events.find(({ type }) => type === 'deploy')?.version_id} has all requests`);
}

async function firstDeployment(options: RolloutOptions): Promise<Outcome> {
  const { origin, key, signal, log } = options;
  log(`${API.name} was never deployed: no version to roll back to, so no steps`);
  try {
    await withPages(options.account, PRODUCTION, log, (assets) =>
      deployAtOnce(API, options, ['--assets', assets]),
    );
    await smokeTest({ origin, key, signal }, log);
    return 'deployed';
  } catch (error) {
    log(`${reasonOf(error)}\nThe first version stays, as there is none before it.`);
    return 'unresolved';
  }
}

/**
 * Shifts the requests from the version with all of them to an uploaded one, step by step. Rolls all three Workers back after the first failure.
 * @param deployCalled replaces one of the other two Workers
 */
export async function shiftTraffic(
  options: RolloutOptions,
  before: TrafficBefore,
  version: string,
  deployCalled: (worker: DeployedWorker) => Promise<void>,
): Promise<Outcome> {
  const { cloudflare, origin, key, tag, signal, log } = options;
  const [previous = ''] = Object.keys(before.get(API) ?? {});
  const split = new TrafficSplit(cloudflare, previous);
  const route = async (percentage: number) =>
    log(`${API.name}: ${trafficText(await split.route(version, percentage, signal))}`);
  const changed: DeployedWorker[] = [API];
  try {
    await route(0);
    for (const worker of CALLED.filter((one) => before.get(one))) {
      changed.push(worker);
      await deployCalled(worker);
    }
    await smokeTest({ origin, key, version, signal }, log);
    const since = new Date();
    for (const percentage of PERCENTAGES) {
      await route(percentage);
      await watch(options, version, since);
    }
    log(
      `${API.name}: version ${version}${tag ? ` (${tag})` : ''} has all requests and passes the smoke tests`,
    );
    return 'deployed';
  } catch (error) {
    log(reasonOf(error));
    return rollBack(options, before, changed, split);
  }
}

async function upload({ account, tag, signal, log }: RolloutOptions): Promise<string> {
  const events = await withPages(account, PRODUCTION, log, (assets) => {
    const target = wranglerTarget(API, 'production');
    return runWrangler(['versions', 'upload', ...target, '--assets', assets, ...tagArguments(tag)], signal);
  });
  const version = events.find(({ type }) => type === 'version-upload')?.version_id as string;
  log(`${API.name}: version ${version} uploaded`);
  return version;
}

const tagArguments = (tag: string | undefined): string[] => (tag === undefined ? [] : ['--tag', tag]);
