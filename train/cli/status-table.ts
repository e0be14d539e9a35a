/** @file The versions of a model as a table. */
import Table from 'cli-table3';
import { count, percent } from '../format.ts';
import type { Status } from '../registry/registry.ts';
import type { VersionFacts } from '../registry/versions.ts';

/** Returns the first digits of a version. `promote` accepts them. */
export const shortVersion = (version: string): string => version.slice(0, 12);

/** Formats the versions of a model with the aliases that point at them. @param store where they are */
export function statusTable(
  name: string,
  store: string,
  { aliases }: Status,
  releases: readonly VersionFacts[],
): string {
  if (releases.length === 0) return `${name} has no version in ${store}.`;
  const table = new Table({
    head: ['version', 'uploaded', 'recipe', 'test accuracy', 'aliases'],
    colAligns: ['left', 'left', 'left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { version, uploadedAt, recipe, changed, testAccuracy, problem } of releases) {
    const pointing = Object.entries(aliases).filter(([, alias]) => alias.version === version);
    table.push([
      shortVersion(version),
      uploadedAt?.toISOString().slice(0, 16).replace('T', ' ') ?? '–',
      problem ? 'unreadable' : recipeText(recipe, changed),
      testAccuracy === undefined ? '–' : percent(testAccuracy),
      pointing.map(([alias]) => alias).join(', '),
    ]);
  }
  const problems = releases.flatMap(({ version, problem }) =>
    problem ? [`${shortVersion(version)}: ${problem}`] : [],
  );
  return [`${name} in ${store}`, table.toString(), ...problems].join('\n');
}

/** Returns `123b39aa54fd (edge-photos, 89.22 %)`. */
export function versionText({ version, recipe, changed, testAccuracy, problem }: VersionFacts): string {
  const accuracy = testAccuracy === undefined ? [] : [percent(testAccuracy)];
  const facts = problem ? ['unreadable'] : [recipeText(recipe, changed), ...accuracy];
  return `${shortVersion(version)} (${facts.join(', ')})`;
}

function recipeText(recipe: string | undefined, changed: number): string {
  if (recipe === undefined) return 'another program';
  return changed === 0
    ? recipe
    : `${recipe}, ${count(changed)} ${changed === 1 ? 'setting' : 'settings'} changed`;
}
