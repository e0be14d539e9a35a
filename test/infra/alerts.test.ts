import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const RULES = 'infra/alerts.yml';

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
test.skipIf(!hasPromtool)('promtool (Debian’s prometheus) accepts the alert rules', () => {
  const { status, stdout } = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
  expect(stdout).toContain('4 rules found');
  expect(status).toBe(0);
});

test('every alert rule uses a metric that the Worker exports', () => {
  const exported = readFileSync('edge/telemetry/metrics.ts', 'utf8');
  const used = [...readFileSync(RULES, 'utf8').matchAll(/\b(tinyvgg_\w+)[[{)]/g)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(3);
  for (const name of used) expect(exported).toContain(`'${name}'`);
});

test('every log message that an alert of the deployment guide filters on is one that the Worker logs', () => {
  const guide = readFileSync('docs/deploy.md', 'utf8');
  const filtered = [...guide.matchAll(/`message` includes `([^`]+)`/g)].map(([, message = '']) => message);
  expect(filtered.length).toBeGreaterThan(1);
  const sources = ['telemetry/telemetry.ts', 'access/limiter.ts', 'decode/service.ts'].map((file) =>
    readFileSync(`edge/${file}`, 'utf8'),
  );
  for (const message of filtered) expect(sources.join('')).toContain(message);
});
