/**
 * @file The workflows pass GitHub's own parser and this project's rules on permissions and third-party code. Their scripts exist and, where
 * a test can run them, work.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { scripts, version } from '../../package.json';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Step {
  name?: string;
  run?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  if?: string;
  needs?: unknown;
  environment?: unknown;
  'timeout-minutes'?: number;
  permissions?: unknown;
  env?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  name: string;
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

const FOLDER = '.github/workflows';

/** The one job that has another permission. */
const PUBLISHER = 'release.yml publish';

/** GitHub's parser imports JSON without import attributes. Bundlers support that; Node does not. */
const bundle = '.tsbuild/workflow-parser.mjs';
buildSync({
  entryPoints: ['node_modules/@actions/workflow-parser/dist/index.js'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: bundle,
});
const {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
}: typeof import('@actions/workflow-parser') = await import(pathToFileURL(bundle).href);

function parse(file: string) {
  const content = readFileSync(join(FOLDER, file), 'utf8');
  return { content, ...parseWorkflow({ name: file, content }, new NoOperationTraceWriter()) };
}

/** A token of the parser, as JSON. */
type Token =
  | null
  | string
  | number
  | boolean
  | { seq?: Token[]; map?: { Key: string; Value: Token }[]; expr?: string };

function plain(token: Token): unknown {
  if (token === null || typeof token !== 'object') return token;
  if (token.seq) return token.seq.map(plain);
  if (token.map) return Object.fromEntries(token.map.map(({ Key, Value }) => [Key, plain(Value)]));
  return `\${{ ${token.expr} }}`;
}

const read = (file: string): Workflow => plain(JSON.parse(JSON.stringify(parse(file).value))) as Workflow;
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const { content, context, value } = parse(file);
  const workflow = read(file);
  const steps = stepsOf(workflow);

  test('passes GitHub’s parser, expressions included', async () => {
    const errors = () => context.errors.getErrors().map(({ message }) => message);
    expect(errors()).toEqual([]);
    const { jobs, errors: converted = [] } = await convertWorkflowTemplate(
      context,
      value as NonNullable<typeof value>,
    );
    expect([...errors(), ...converted]).toEqual([]);
    expect(jobs.length).toBeGreaterThan(0);
  });

  test('has only the permission to read the code, and a time limit', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, job] of Object.entries(workflow.jobs)) {
      if (`${file} ${name}` !== PUBLISHER) expect(job.permissions).toBeUndefined();
      expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
    }
    expect(workflow.concurrency).toBeDefined();
  });

  test('pins actions to commits, with the version in a comment', () => {
    const used = content.split('\n').filter((line) => /\buses:/.test(line));
    expect(used).toHaveLength(steps.filter(({ uses }) => uses).length);
    for (const line of used) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('inserts no expressions into scripts', () => {
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  });

  test('runs npm scripts and files that exist', () => {
    for (const { run = '' } of steps) {
      for (const [, name = ''] of run.matchAll(/\bnpm run ([\w:-]+)/g))
        expect(Object.keys(scripts)).toContain(name);
      for (const [path] of run.matchAll(/\binfra\/\S+\.ts|\.ci\/run/g)) readFileSync(path);
    }
  });

  test('has scripts that bash can parse', () => {
    for (const { run } of steps) if (run) execFileSync('bash', ['-n'], { input: run });
  });

  const shellcheck = spawnSync('shellcheck', ['--version']).error === undefined;
  // GitHub's shells stop at the first error.
  test.skipIf(!shellcheck)('has scripts that shellcheck accepts', () => {
    for (const { run } of steps) {
      if (!run) continue;
      const { stdout, status } = spawnSync('shellcheck', ['--shell', 'bash', '-'], {
        input: `set -e\n${run}`,
        encoding: 'utf8',
      });
      expect(`${status} ${stdout}`).toBe('0 ');
    }
  });
});

test('the workflow that deploy.yml waits for exists', () => {
  const { workflow_run } = read('deploy.yml').on as { workflow_run: { workflows: string[] } };
  const names = readdirSync(FOLDER).map((file) => read(file).name);
  expect(names).toEqual(expect.arrayContaining(workflow_run.workflows));
});

describe('secrets', () => {
  const all = readdirSync(FOLDER).map((file) => [file, read(file)] as const);

  test('are used only by jobs of an environment, whose protection rules GitHub applies first', () => {
    for (const [file, { jobs }] of all) {
      for (const job of Object.values(jobs)) {
        if (JSON.stringify(job).includes('secrets.')) expect(job.environment, file).toBeDefined();
      }
    }
  });

  test('are not available to code of forks', () => {
    const [, preview] = all.find(([file]) => file === 'preview.yml') ?? [];
    expect(preview?.jobs.preview?.if).toContain(
      'github.event.pull_request.head.repo.full_name == github.repository',
    );
    for (const [file, { jobs }] of all) expect(JSON.stringify(jobs), file).not.toContain('github.actor');
    for (const [file, { on, jobs }] of all) {
      const holdsSecrets = JSON.stringify(jobs).includes('secrets.');
      if (holdsSecrets && 'pull_request' in on) expect(file).toBe('preview.yml');
    }
  });

  test('are not available to the install scripts of packages', () => {
    for (const [file, { jobs }] of all) {
      for (const { env, steps } of Object.values(jobs)) {
        expect(JSON.stringify(env ?? {}), file).not.toContain('secrets.');
        const installing = steps.filter(({ run = '' }) => /npm (ci|install)/.test(run));
        expect(JSON.stringify(installing), file).not.toContain('secrets.');
      }
    }
  });

  test('are not persisted by the checkout', () => {
    for (const [file, workflow] of all) {
      if (!JSON.stringify(workflow.jobs).includes('secrets.')) continue;
      const [checkout] = stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      expect(checkout?.with?.['persist-credentials'], file).toBe('false');
    }
  });
});

describe('release.yml', () => {
  const { on, jobs } = read('release.yml');

  test('can identify itself to npm only in an environment, after the packages were tested, and without the project’s code', () => {
    const { pack, publish } = jobs;
    expect(publish?.permissions).toEqual({ 'id-token': 'write' });
    expect([publish?.environment, publish?.needs, publish?.if]).toEqual([
      'npm',
      'pack',
      "github.event_name == 'release'",
    ]);
    const used = publish?.steps.flatMap(({ uses = [] }) => uses).join();
    expect(used).not.toContain('checkout');
    const scripts = publish?.steps.flatMap(({ run = [] }) => run).join();
    expect(scripts).toContain('npm publish --provenance');
    expect(scripts).not.toMatch(/npm (ci|install|run)|npx/);
    expect(pack?.steps.flatMap(({ run = [] }) => run).join()).toMatch(/npm pack --dry-run.*test\/packages/s);
    expect(on).toHaveProperty('release', { types: ['published'] });
  });

  test('refuses a tag that is not the version', () => {
    const { run = '' } = jobs.pack?.steps.find(({ name }) => name === 'The tag must be the version') ?? {};
    const statusWith = (TAG: string) =>
      spawnSync('bash', ['-e', '-c', run], { env: { ...process.env, TAG } }).status;
    expect([statusWith(`v${version}`), statusWith('v9.9.9')]).toEqual([0, 1]);
  });
});

describe('retrain.yml’s script', () => {
  /** Runs the script as GitHub does, with an npm that prints its arguments and exits with `code`. */
  function retrain(code: number) {
    const folder = temporaryFolder();
    const summary = join(folder, 'summary.md');
    writeFileSync(join(folder, 'npm'), `#!/bin/sh\necho "$@"\nexit ${code}\n`, { mode: 0o755 });
    const { run = '' } = stepsOf(read('retrain.yml')).find(({ name }) => name === 'npm run retrain') ?? {};
    const inputs = { RECIPE: 'edge', ALIAS: 'stable', TOLERANCE: '0.01', DRY_RUN: '' };
    const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
      env: {
        ...process.env,
        ...inputs,
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        RUNNER_TEMP: folder,
        GITHUB_STEP_SUMMARY: summary,
      },
      encoding: 'utf8',
    });
    return { status, stdout, summary: readFileSync(summary, 'utf8') };
  }

  test('succeeds without a warning after exit code 0', () => {
    const { status, stdout, summary } = retrain(0);
    expect(status).toBe(0);
    expect(stdout).toBe(
      'run retrain -- --device cpu --recipe edge --models tinyvgg --alias stable --tolerance 0.01\n',
    );
    expect(summary).toContain('exit code 0\n');
  });

  test('succeeds with a warning when the model is not promoted', () => {
    const { status, stdout, summary } = retrain(11);
    expect(status).toBe(0);
    expect(stdout).toContain('::warning title=Model not promoted::');
    expect(summary).toContain('exit code 11\n');
  });

  test.each([1, 3, 6, 10, 143])('fails with the trainer’s exit code %i', (code) => {
    const { status, stdout, summary } = retrain(code);
    expect(status).toBe(code);
    expect(stdout).not.toContain('::warning');
    expect(summary).toContain(`exit code ${code}\n`);
  });
});
