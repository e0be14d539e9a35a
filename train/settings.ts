/** @file What a training run was asked for: a recipe, changed by a configuration file, changed by flags. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ExplainedError } from '#shared/errors.ts';
import { DEVICES } from './engine/open.ts';
import { MODEL_NAMES, type ModelName } from './model/zoo.ts';
import { RECIPES, type Recipe } from './recipes.ts';

const Whole = z.coerce.number().int();

/** The flags of `train`, and the keys of its configuration file. */
const Overrides = z.strictObject({
  recipe: z.enum(Object.keys(RECIPES)).exactOptional(),
  models: z
    .union([z.string().transform((names) => names.split(',')), z.array(z.string())])
    .pipe(z.array(z.enum(MODEL_NAMES)).min(1))
    .exactOptional(),
  seed: Whole.min(0).exactOptional(),
  epochs: Whole.min(1).exactOptional(),
  device: z.enum(DEVICES).exactOptional(),
  threads: Whole.min(1).max(64).exactOptional(),
  data: z.string().exactOptional(),
  out: z.string().exactOptional(),
  limit: Whole.min(32).exactOptional(),
});
type Overrides = z.infer<typeof Overrides>;

export interface Settings extends Recipe {
  models: readonly ModelName[];
  device: string;
  /** Of the cpu engine; as many as there are cores when undefined. */
  threads: number | undefined;
  /** Folder with the data set; found or downloaded when undefined. */
  data: string | undefined;
  /** Run folder. */
  out: string;
  /** Train on the first so many images, and test on as many at most. */
  limit: number | undefined;
}

/**
 * @param flags as they came from the command line, `config` among them
 * @throws ExplainedError of kind `usage` naming the flag or key
 */
export async function resolveSettings({ config, ...flags }: Record<string, unknown>): Promise<Settings> {
  const fromFile = config === undefined ? {} : check(await readConfig(String(config)), String(config), '');
  const { recipe: name = 'lab', ...changes } = { ...fromFile, ...check(flags, 'the command line', '--') };
  const recipe = RECIPES[name];
  const settings = {
    device: 'auto',
    threads: undefined,
    data: undefined,
    limit: undefined,
    ...recipe,
    ...changes,
  };
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return { ...settings, out: settings.out ?? `runs/${recipe.name}-seed${settings.seed}-${stamp}` };
}

function check(values: unknown, source: string, prefix: string): Overrides {
  const result = Overrides.safeParse(values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ExplainedError({
    kind: 'usage',
    what: `${source}: ${prefix}${String(issue.path[0] ?? 'configuration')}`,
    got: issue.message,
    next: 'npm run train -- --help says what may be there.',
  });
}

async function readConfig(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read --config ${path}`,
      expected: 'a JSON file',
      got,
      cause,
    });
  }
}
