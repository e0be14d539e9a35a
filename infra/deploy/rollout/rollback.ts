/** @file Rolls the three Workers back to their previous versions. */
import { sameTraffic, type Traffic, trafficText } from '../cloudflare/api.ts';
import { API, type DeployedWorker } from '../cloudflare/workers.ts';
import { type Outcome, type RolloutOptions, reasonOf, type TrafficBefore } from './options.ts';
import { ForeignDeployment, type TrafficSplit } from './traffic-split.ts';

/**
 * Restores the traffic of the changed Workers, in their order: the API's first. Reads each Worker's traffic before, because a
 * request that failed may have been carried out.
 */
export async function rollBack(
  { cloudflare, log }: RolloutOptions,
  before: TrafficBefore,
  changed: readonly DeployedWorker[],
  split: TrafficSplit,
): Promise<Outcome> {
  let outcome: Outcome = 'rolled-back';
  for (const worker of changed) {
    const { name, config } = worker;
    const traffic = before.get(worker) as Traffic;
    const [version] = Object.keys(traffic);
    try {
      const found = await cloudflare.traffic(name);
      if (sameTraffic(found, traffic)) continue;
      if (worker === API) split.requireOwn(found);
      await cloudflare.deploy(name, traffic, 'rolled back');
      log(`${name}: rolled back, ${trafficText(traffic)}`);
    } catch (error) {
      outcome = 'unresolved';
      if (error instanceof ForeignDeployment) {
        log(`${error.message}\nThat deployment stays, and the other two Workers stay as they are.`);
        return outcome;
      }
      log(
        `${name} is NOT rolled back: ${reasonOf(error)}\nIt had ${trafficText(traffic)}. To restore that: npx wrangler versions deploy ${version}@100% -y -c ${config}`,
      );
    }
  }
  return outcome;
}
