/**
 * @file A new version of the API's Worker, from no requests to all: each step is looked at before the next, and at the first thing that is
 * wrong all three Workers go back to what they were.
 *
 * The other two have no steps. Nobody but the API calls them, and by RPC, which knows no version override: both versions of the API
 * must be able to call both versions of them.
 */
import { ExplainedError } from '#shared/errors.ts';
import { type Cloudflare, sameTraffic, type Traffic, trafficText } from './cloudflare.ts';
import { run, wrangler } from './command.ts';
import { smoke } from './smoke.ts';
import { watch } from './watch.ts';
import { API, CALLED, type DeployedWorker } from './workers.ts';

/** 10 % is the least that one looks at within minutes: at 1 request/s 30 in five of them. 50 % is what a step to all may at most double. */
export const PERCENTAGES = [10, 50, 100] as const;
/** Seconds at each step: errors are counted a minute late, and isolates live for minutes. */
export const WATCH_SECONDS = 300;
export interface Rollout {
  cloudflare: Cloudflare;
  /** Where the API's Worker answers. */
  origin: string;
  key: string | undefined;
  watchSeconds: number;
  /** What the version is known by to people: its commit. */
  tag: string | undefined;
  signal: AbortSignal;
  say(line: string): void;
}

/** `deployed`; `unchanged`: nothing was; `back`: all is as it was; `left`: what is deployed was said. */
export type Outcome = 'deployed' | 'unchanged' | 'back' | 'left';

export async function rollout(options: Rollout): Promise<Outcome> {
  const { cloudflare, say } = options;
  let before: Map<DeployedWorker, Traffic | undefined>;
  try {
    before = await presentTraffic(cloudflare);
    await run(process.execPath, ['infra/pin-assets.ts'], {
      name: 'infra/pin-assets.ts',
      signal: options.signal,
    });
    say('the files that pages embed by their hash are in the bucket');
    for (const worker of CALLED) if (!before.get(worker)) await deployWhole(worker, options);
  } catch (error) {
    say(reason(error));
    return 'unchanged';
  }
  const present = before.get(API);
  if (!present) return firstDeployment(options);
  return steps(options, before, Object.keys(present)[0] as string);
}

/** @throws ExplainedError of kind `conflict` while two versions share a Worker's requests */
async function presentTraffic(cloudflare: Cloudflare): Promise<Map<DeployedWorker, Traffic | undefined>> {
  const before = new Map<DeployedWorker, Traffic | undefined>();
  for (const worker of [...CALLED, API]) {
    const traffic = await cloudflare.traffic(worker.name);
    before.set(worker, traffic);
    if (!traffic || Object.keys(traffic).length === 1) continue;
    throw new ExplainedError({
      kind: 'conflict',
      what: `cannot begin: a rollout of ${worker.name} has not ended`,
      expected: 'one version with all requests',
      got: trafficText(traffic),
      next: `npx wrangler versions deploy ID@100% -y -c ${worker.config} ends it with the version that is to stay`,
    });
  }
  return before;
}

async function deployWhole({ config, name }: DeployedWorker, { signal, say, tag }: Rollout): Promise<void> {
  const done = await wrangler(['deploy', '-c', config, ...tagged(tag)], signal);
  say(`${name}: version ${done.find(({ type }) => type === 'deploy')?.version_id} has all requests`);
}

async function firstDeployment(options: Rollout): Promise<Outcome> {
  const { origin, key, signal, say } = options;
  say(`${API.name} was never deployed: no version to go back to, so no steps`);
  try {
    await deployWhole(API, options);
    await smoke({ origin, key, signal }, say);
    return 'deployed';
  } catch (error) {
    say(`${reason(error)}\nThe first version stays, as there is none before it.`);
    return 'left';
  }
}

async function steps(
  options: Rollout,
  before: Map<DeployedWorker, Traffic | undefined>,
  old: string,
): Promise<Outcome> {
  const { cloudflare, origin, key, tag, signal, say } = options;
  /** What may be deployed if nobody else has deployed: the last that was, and the one that was asked for. */
  let ours: Traffic[] = [{ [old]: 100 }];
  async function split(version: string, percentage: number): Promise<void> {
    signal.throwIfAborted();
    const found = await cloudflare.traffic(API.name);
    if (!ours.some((traffic) => sameTraffic(traffic, found))) throw new SomebodyElse(found);
    const traffic: Traffic =
      percentage === 100 ? { [version]: 100 } : { [old]: 100 - percentage, [version]: percentage };
    ours = [found as Traffic, traffic];
    if (percentage < 100) await cloudflare.deploy(API.name, traffic, `rollout to ${percentage} %`);
    else await deployForAll(version, signal);
    ours = [traffic];
    say(`${API.name}: ${trafficText(traffic)}`);
  }
  const changed: DeployedWorker[] = [];
  try {
    const version = await upload(options);
    changed.push(API);
    await split(version, 0);
    for (const worker of CALLED.filter((one) => before.get(one))) {
      changed.push(worker);
      await deployWhole(worker, options);
    }
    await smoke({ origin, key, version, signal }, say);
    const since = new Date();
    for (const percentage of PERCENTAGES) {
      await split(version, percentage);
      await watch(options, version, since);
    }
    say(`${API.name}: version ${version}${tag ? ` (${tag})` : ''} has all requests, and answers rightly`);
    return 'deployed';
  } catch (error) {
    say(reason(error));
    if (changed.length === 0) return 'unchanged';
    return goBack(options, before, changed, ours);
  }
}

async function upload({ tag, signal, say }: Rollout): Promise<string> {
  const done = await wrangler(['versions', 'upload', '-c', API.config, ...tagged(tag)], signal);
  const version = done.find(({ type }) => type === 'version-upload')?.version_id as string;
  say(`${API.name}: version ${version} uploaded`);
  return version;
}

/**
 * By wrangler, which brings along what belongs to no version: logs and their sampling, then routes and domains. One deployment, so that
 * `wrangler rollback` finds the version before it.
 */
async function deployForAll(version: string, signal: AbortSignal): Promise<void> {
  await wrangler(['versions', 'deploy', `${version}@100%`, '-y', '-c', API.config], signal);
  await wrangler(['triggers', 'deploy', '-c', API.config], signal);
}

class SomebodyElse extends Error {
  constructor(found: Traffic | undefined) {
    super(`somebody else has deployed ${API.name} meanwhile: ${trafficText(found)}`);
  }
}

/** The API's Worker first. Each is looked at, since an attempt that failed may have been carried out. */
async function goBack(
  { cloudflare, say }: Rollout,
  before: Map<DeployedWorker, Traffic | undefined>,
  changed: DeployedWorker[],
  ours: Traffic[],
): Promise<Outcome> {
  let outcome: Outcome = 'back';
  for (const worker of changed) {
    const { name, config } = worker;
    const traffic = before.get(worker) as Traffic;
    const [version] = Object.keys(traffic);
    try {
      const found = await cloudflare.traffic(name);
      if (sameTraffic(found, traffic)) continue;
      if (worker === API && !ours.some((one) => sameTraffic(one, found))) throw new SomebodyElse(found);
      await cloudflare.deploy(name, traffic, 'rolled back');
      say(`${name}: back, ${trafficText(traffic)}`);
    } catch (error) {
      outcome = 'left';
      if (error instanceof SomebodyElse) {
        say(`${error.message}\nWhat they have deployed stays, and the other two Workers stay as they are.`);
        return outcome;
      }
      say(
        `${name} is NOT back: ${reason(error)}\nIt had ${trafficText(traffic)}: npx wrangler versions deploy ${version}@100% -y -c ${config}`,
      );
    }
  }
  return outcome;
}

const tagged = (tag: string | undefined): string[] => (tag === undefined ? [] : ['--tag', tag]);

function reason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return 'told to end';
  return error instanceof Error ? error.message : String(error);
}
