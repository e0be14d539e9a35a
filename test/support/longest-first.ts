/** @file The order of the test files. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest. Without Vitest's record of an earlier run, as in CI, it would start them by size. */
const LONGEST = [
  'infra/deploy/rollout',
  'train/training/trainer',
  'train/training/resume',
  'packages/train',
  'infra/deploy/rehearsal',
  'train/engine/engine.contract',
  'train/jobs/sweep',
  'infra/local/start',
  'web/site/accessibility',
  'packages/edge',
  'web/explore/explorer',
  'edge/access/rates',
  'edge/engine/ort',
  'train/engine/optimizer',
  'train/jobs/retrain',
  'end-to-end/openapi/generated-clients',
  'web/field/local',
  'end-to-end/access',
  'end-to-end/soak',
  'end-to-end/engines',
  'web/explore/own-model',
  'train/cli/cli',
  'end-to-end/pipeline',
  'end-to-end/hostile-traffic',
  'web/field/network',
];

/** Starts the longest files first, so that none of them runs alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
