/**
 * @file A sweep's grid: a configuration of `train`, any value of which may be a list.
 *
 * ```json
 * { "recipe": "lab", "models": "tinyvgg", "heldOut": 5000, "seed": [0, 1, 2], "learningRate": [0.05, 0.1] }
 * ```
 *
 * asks for all six combinations, the last list changing fastest; each trains one model.
 */
import { ExplainedError } from '#shared/errors.ts';
import { readConfig, settingsOf } from '../run/settings.ts';
import { type Training, trainingsOf } from './once.ts';

export interface Point {
  /** The model, and of the grid's axes the values of this point. */
  values: Readonly<Record<string, unknown>>;
  training: Training;
}

export interface Grid {
  /** Keys whose values are lists, in their order; but for `models`. */
  axes: readonly string[];
  points: readonly Point[];
}

/** More than anybody means: a list too many. */
const MOST_POINTS = 10_000;

/**
 * @param path a JSON file
 * @throws ExplainedError of kind `usage` naming file and key
 */
export async function readGrid(path: string): Promise<Grid> {
  const config = await readConfig(path, '--grid');
  const entries = Object.entries((config ?? {}) as object);
  const axes = entries.flatMap(([key, value]) => (Array.isArray(value) && key !== 'models' ? [key] : []));
  const count = entries.reduce((n, [, value]) => n * (Array.isArray(value) ? value.length : 1), 1);
  if (count === 0 || count > MOST_POINTS) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot sweep ${path}`,
      expected: `1 to ${MOST_POINTS.toLocaleString('en')} combinations`,
      got: count.toLocaleString('en'),
    });
  }
  const combinations = entries.reduce<Record<string, unknown>[]>(
    (all, [key, value]) => all.flatMap((one) => [value].flat().map((choice) => ({ ...one, [key]: choice }))),
    [{}],
  );
  const points = await Promise.all(
    combinations.map(async (combination) => {
      const values = Object.fromEntries(axes.map((key) => [key, combination[key]]));
      const trainings = await trainingsOf(settingsOf(combination, path));
      return trainings.map((training) => ({ values: { model: training.model, ...values }, training }));
    }),
  );
  return { axes, points: points.flat() };
}
