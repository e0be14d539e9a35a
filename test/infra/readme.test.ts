/** @file infra/README.md against the code: whoever follows it at night finds every command, name and number as it says. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scripts } from '../../package.json';

const text = readFileSync('infra/README.md', 'utf8');
/** As it is read: a command may be broken at a line's end. */
const flowing = text.replaceAll(/\s+/g, ' ');
const all = (pattern: RegExp): string[] => [
  ...new Set([...flowing.matchAll(pattern)].map(([, word = '']) => word)),
];
const sources = (...files: string[]): string => files.map((file) => readFileSync(file, 'utf8')).join('\n');

describe('infra/README.md', () => {
  test('names commands of npm that exist', () => {
    const named = all(/npm run ([\w:-]+)/g);
    expect(named.length).toBeGreaterThan(10);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  test('names commands of wrangler that exist', { timeout: 120_000 }, () => {
    const named = all(/npx wrangler ((?:r2 bucket |r2 |secret |versions |deployments |triggers )?[a-z]+)/g);
    expect(named.length).toBeGreaterThan(7);
    const help = (group: string[]): string =>
      spawnSync(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...group, '--help'], {
        encoding: 'utf8',
      }).stdout;
    for (const group of new Set(named.map((command) => command.split(' ').slice(0, -1).join(' ')))) {
      const known = help(group.split(' ').filter(Boolean));
      for (const command of named.filter((one) => one.split(' ').slice(0, -1).join(' ') === group))
        expect(known).toMatch(new RegExp(`^ +wrangler ${command}\\b`, 'm'));
    }
  });

  test('names files that exist', () => {
    const named = all(/\b((?:infra|edge|test|release)\/[\w/.-]+\.\w+)/g);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  test('names metrics, problems, lines of the log and variables as the Worker does', () => {
    const metrics = sources('edge/telemetry/metrics.ts');
    for (const metric of all(/\b(tinyvgg_\w+)(?=[[{)]|` |`,|\[)/g).filter((name) => name !== 'tinyvgg_edge'))
      expect(metrics).toContain(`'${metric}'`);
    const problems = sources('edge/problem.ts');
    for (const problem of [
      'internal',
      'misconfigured',
      'model-unavailable',
      'turnstile-unavailable',
      'token-store-unavailable',
      'too-many-requests',
    ]) {
      expect(flowing).toContain(`\`${problem}\``);
      expect(problems).toMatch(new RegExp(`'?${problem}'?: \\{ status`));
    }
    const log = sources('edge/telemetry/telemetry.ts', 'edge/access/limiter.ts');
    for (const line of all(/`message` includes `([^`]+)`/g)) expect(log).toContain(line);
    const settings = sources('edge/access/settings.ts');
    for (const name of [
      'API_KEYS',
      'SITE_KEYS',
      'ACCESS',
      'ALLOWED_ORIGINS',
      'TURNSTILE_SECRET',
      'TOKEN_SECRET',
    ])
      expect(settings).toContain(name);
  });

  test('has the prices of npm run costs', () => {
    expect(text).toContain(execFileSync(process.execPath, ['infra/tools/costs.ts'], { encoding: 'utf8' }));
  });

  test('asks Analytics Engine for columns that there are', () => {
    const columns = sources('edge/telemetry/analytics.ts');
    expect(columns).toMatch(/`double1` \| status/);
    expect(columns).toMatch(/`blob8` +\| name of the bearer key/);
    expect(readFileSync('wrangler.toml', 'utf8')).toContain('# dataset = "tinyvgg_edge"');
  });

  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  test.skipIf(!promtool)('has rules that Prometheus takes (Debian’s prometheus)', () => {
    const [, rules = ''] = /```yaml\n(.*?)```/s.exec(text) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'tinyvgg-rules-'));
    writeFileSync(join(folder, 'rules.yml'), rules);
    const { status, stdout } = spawnSync('promtool', ['check', 'rules', join(folder, 'rules.yml')], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(stdout).toContain('4 rules found');
    expect(status).toBe(0);
  });
});
