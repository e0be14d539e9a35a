/**
 * @file The command line of every npm script that is a program of this project: --help, and options that do not exist.
 * @module-tag slow
 */
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { BARE, runNode } from '../support/command.ts';

/** Scripts such as `node infra/deploy/key.ts`. The others run the tools that they name. */
const commands = Object.entries(packageJson.scripts).flatMap(([name, script]) =>
  /^node \S+\.ts( \w+)?$/.test(script) ? [{ name, args: script.split(' ').slice(1) }] : [],
);

/** Options without which a command refuses to start. */
const REQUIRED: Record<string, string[]> = {
  sweep: ['--grid', 'grid.json'],
  leaderboard: ['--grid', 'grid.json'],
};

/** Neither a home folder nor a login. */
const env = { ...BARE, HOME: '/nonexistent' };

test('all of them are found', () => {
  const named =
    'start train classify push key smoke rollout preview deploy costs lab photo-page site bench:edge';
  expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(named.split(' ')));
  const others = Object.entries(packageJson.scripts).filter(
    ([name]) => !commands.some((one) => one.name === name),
  );
  for (const [name, script] of others) expect(`${name}: ${script}`).not.toMatch(/^\S+: node \S+\.ts$/);
});

describe.each(commands)('npm run $name', ({ name, args }) => {
  test('prints its usage with --help and does nothing else', async () => {
    const { code, stdout, stderr } = await runNode([...args, '--help'], { env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Usage: (npm (run )?|tinyvgg-train )${name}\\b`));
    expect(stdout).toMatch(/^ {2}-h, --help +display help for command$/m);
    expect(code).toBe(0);
  });

  test('refuses an option that does not exist, by its name', async () => {
    const { code, stdout, stderr } = await runNode([...args, ...(REQUIRED[name] ?? []), '--no-such-option'], {
      env,
    });
    expect(stdout).toBe('');
    expect(stderr).toBe("error: unknown option '--no-such-option'\nRun with --help for usage.\n");
    expect(code).toBeGreaterThan(0);
  });
});

const DEPLOYMENT = ['key', 'key create', 'key list', 'key revoke', 'smoke', 'rollout', 'preview', 'deploy'];

test.each(DEPLOYMENT)('infra/deploy: %s --help has examples', async (name) => {
  const [script, ...subcommand] = name.split(' ');
  const { code, stdout, stderr } = await runNode([`infra/deploy/${script}.ts`, ...subcommand, '--help'], {
    env,
  });
  expect(stdout).toMatch(/\nExamples:\n {2}(\w+=\S+ )?np[mx] \S/);
  expect([code, stderr]).toEqual([0, '']);
});
