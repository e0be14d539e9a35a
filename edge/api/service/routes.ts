/** @file Routes of the service itself: index, health, metrics, problem types. */
import { checkGolden } from '#shared/inference/model.ts';
import type { Access } from '../../access/access.ts';
import { requireAllModels } from '../../access/allowed-models.ts';
import { PROBLEMS, type ProblemType } from '../../http/problem-types.ts';
import { createRouter } from '../../http/router.ts';
import { ownTurn } from '../../inference/own-turn.ts';
import type { SelectModel } from '../../inference/select-model.ts';
import type { Registry } from '../../registry/registry.ts';
import { modelInfo } from '../../registry/served-model.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { indexPage } from './index-page.ts';

export interface ServiceDependencies {
  selectModel: SelectModel;
  registry: Registry;
  access: Access;
  telemetry: Telemetry;
}

export function serviceRoutes({ selectModel, registry, access, telemetry }: ServiceDependencies) {
  return createRouter()
    .get('/', indexPage)
    .get('/health/live', (c) => c.json({ status: 'live' }))
    .get('/health/ready', async (c) => {
      const model = await selectModel(c);
      await checkGolden(model, ownTurn);
      const { store } = registry;
      const status = store.error === null ? 'ready' : 'degraded';
      const worker = c.env.CF_VERSION_METADATA?.id ?? null;
      return c.json({ status, worker, model: modelInfo(model), engine: model.engine, store });
    })
    .get('/metrics', access.requireApiKey('metrics'), (c) => {
      requireAllModels(c.var.record.caller);
      return telemetry.scrape(registry);
    })
    .get('/problems/:type', (c) => {
      const type = c.req.param('type');
      if (!Object.hasOwn(PROBLEMS, type)) return c.notFound();
      return c.json({ type: `/problems/${type}`, ...PROBLEMS[type as ProblemType] });
    });
}
