/** @file The order of the test files. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest. Without Vitest's record of an earlier run, as in CI, it would start them by size. */
const LONGEST = [
  'train/training/trainer',
  'train/training/resume',
  'train/engine/engine.contract',
  'edge/access/rates',
  'edge/engine/ort',
  'infra/deploy/rollout',
  'train/jobs/sweep',
  'train/jobs/retrain',
  'train/cli/cli',
  'train/engine/optimizer',
  'end-to-end/hostile-traffic',
  'end-to-end/pipeline',
  'packages/train',
  'packages/edge',
  'web/explore/explorer',
  'web/site/accessibility',
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
