/**
 * @file The grid of a sweep: a configuration of `train` in which any value may be a list.
 *
 * ```json
 * { "recipe": "lab", "models": "tinyvgg", "heldOut": 5000, "seed": [0, 1, 2], "learningRate": [0.05, 0.1] }
 * ```
 *
 * This grid has six points, one per combination; the last list changes fastest. Each point trains one model.
 */
import { ExplainedError } from '#shared/errors.ts';
import { readJsonFile } from '../run/overrides.ts';
import { type Settings, settingsOf } from '../run/settings.ts';
import { listTrainings, type Training } from './trainings.ts';

export interface Point {
  /** The model, and the point's value on each axis. */
  values: Readonly<Record<string, unknown>>;
  training: Training;
}

export interface Grid {
  /** Keys whose values are lists, in the order of the file, without `models`. */
  axes: readonly string[];
  points: readonly Point[];
}

/** A larger grid is a mistake, such as one list too many. */
const MAX_POINTS = 10_000;

/**
 * Reads a grid from a JSON file.
 * @param data the data set's folder, which may be elsewhere than in the file
 * @param prepare called with the settings of each point, before its data set is read
 * @throws ExplainedError of kind `usage` naming file and key
 */
export async function readGrid(
  path: string,
  data?: string,
  prepare: (settings: Settings) => Promise<Settings> = async (settings) => settings,
): Promise<Grid> {
  const config = await readJsonFile(path, '--grid');
  const entries = Object.entries({ ...(config as object), ...(data !== undefined && { data }) });
  const axes = entries.flatMap(([key, value]) => (Array.isArray(value) && key !== 'models' ? [key] : []));
  const count = entries.reduce((n, [, value]) => n * (Array.isArray(value) ? value.length : 1), 1);
  if (count === 0 || count > MAX_POINTS) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot sweep ${path}`,
      expected: `1 to ${MAX_POINTS.toLocaleString('en')} combinations`,
      got: count.toLocaleString('en'),
      next: 'Add a value to each empty list, or split the grid.',
    });
  }
  const points = await Promise.all(
    combine(entries).map(async (combination) => {
      const values = Object.fromEntries(axes.map((key) => [key, combination[key]]));
      const trainings = await listTrainings(await prepare(settingsOf(combination, path)));
      return trainings.map((training) => ({ values: { model: training.model, ...values }, training }));
    }),
  );
  return { axes, points: points.flat() };
}

/** Returns every combination of the listed values. */
function combine(entries: [key: string, value: unknown][]): Record<string, unknown>[] {
  return entries.reduce<Record<string, unknown>[]>(
    (all, [key, value]) => all.flatMap((one) => [value].flat().map((choice) => ({ ...one, [key]: choice }))),
    [{}],
  );
}
