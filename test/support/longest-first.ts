/** @file The order of the test files. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest. Without Vitest's record of an earlier run, as in CI, it would start them by size. Those of workerd come
 * first: Vitest starts its processes anew between files of different projects.
 */
const LONGEST = [
  'edge/engine/ort',
  'edge/access/rates',
  'infra/deploy/rollout',
  'train/training/trainer',
  'train/training/resume',
  'train/engine/engine.contract',
  'train/jobs/sweep',
  'infra/local/start',
  'web/site/accessibility',
  'web/field/accessibility',
  'web/field/network',
  'web/explore/explorer',
  'train/jobs/retrain',
  'end-to-end/pipeline',
  'end-to-end/soak',
  'train/engine/optimizer',
  'train/cli/cli',
  'end-to-end/hostile-traffic',
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
