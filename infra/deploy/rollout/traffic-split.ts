/** @file Splits the requests to the API's Worker between its previous and its new version. */
import { type Cloudflare, sameTraffic, type Traffic, trafficText } from '../cloudflare/api.ts';
import { API, wranglerTarget } from '../cloudflare/workers.ts';
import { runWrangler } from '../cloudflare/wrangler.ts';

/** Another deployment of the API's Worker was made during the rollout. */
export class ForeignDeployment extends Error {
  constructor(found: Traffic | undefined) {
    super(`${API.name} was deployed by someone else during the rollout: ${trafficText(found)}`);
  }
}

/** Changes the traffic split of the API's Worker. It never overwrites a deployment that someone else made. */
export class TrafficSplit {
  readonly #cloudflare: Cloudflare;
  readonly #previous: string;
  /** The traffic splits that this rollout may have deployed last: the last confirmed one, and the last requested one. */
  #own: Traffic[];

  /** @param previous the version that has all requests before the rollout */
  constructor(cloudflare: Cloudflare, previous: string) {
    this.#cloudflare = cloudflare;
    this.#previous = previous;
    this.#own = [{ [previous]: 100 }];
  }

  /**
   * Routes `percentage` of the requests to `version` and the others to the previous version.
   * @throws ForeignDeployment
   */
  async route(version: string, percentage: number, signal: AbortSignal): Promise<Traffic> {
    signal.throwIfAborted();
    const found = this.requireOwn(await this.#cloudflare.traffic(API.name));
    const traffic: Traffic =
      percentage === 100 ? { [version]: 100 } : { [this.#previous]: 100 - percentage, [version]: percentage };
    this.#own = [found, traffic];
    if (percentage < 100) await this.#cloudflare.deploy(API.name, traffic, `rollout to ${percentage} %`);
    else await deployWithTriggers(version, signal);
    this.#own = [traffic];
    return traffic;
  }

  /** @throws ForeignDeployment for a deployment that this rollout did not make */
  requireOwn(found: Traffic | undefined): Traffic {
    const own = this.#own.find((traffic) => sameTraffic(traffic, found));
    if (!own) throw new ForeignDeployment(found);
    return own;
  }
}

/**
 * Gives a version all requests through wrangler, which also deploys what belongs to no version: log settings, routes and domains.
 * This is one deployment, so that `wrangler rollback` finds the version before it.
 */
async function deployWithTriggers(version: string, signal: AbortSignal): Promise<void> {
  const target = wranglerTarget(API, 'production');
  await runWrangler(['versions', 'deploy', `${version}@100%`, '-y', ...target], signal);
  await runWrangler(['triggers', 'deploy', ...target], signal);
}
