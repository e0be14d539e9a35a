/**
 * @file Options that npm keeps for itself when `--` is missing, and commands that change a store.
 * @module-tag slow
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { rejectSwallowedOptions } from '../../../train/cli/swallowed-options.ts';
import { BARE, type Ended, run, runTrainer } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Neither a store nor npm's variables. */
const env = { ...BARE, HOME: process.env.HOME };

describe('npm run, without --', () => {
  const npm = (...args: string[]): Promise<Ended> => run('npm', ['run', '--silent', ...args], { env });

  it.each<[string, number, string[]]>([
    ['npm run retrain -- --dry-run', 2, ['retrain', '--dry-run']],
    ['npm run train -- --epochs=1', 2, ['train', '--epochs=1']],
    ['npm run train -- --epochs 1', 2, ['train', '--epochs', '1']],
    ['npm run key -- create alice --scope=classify', 1, ['key', 'create', 'alice', '--scope', 'classify']],
    ['npm run deploy -- --env=staging', 1, ['deploy', '--env=staging']],
  ])('is refused in favour of %s', async (right, expected, args) => {
    const { code, stderr, stdout } = await npm(...args);
    expect(stderr).toMatch(/npm kept --[\w-]+ for itself/);
    expect(stderr.trimEnd().endsWith(`Run ${right}`)).toBe(true);
    expect([code, stdout]).toEqual([expected, '']);
  });

  it('and with --local, which leaves no trace, does not change the default store', async () => {
    const { code, stderr } = await npm('rollback', '--local');
    expect(stderr).toMatch(/rollback changes a store, and none is named: .*npm run rollback -- --local\./);
    expect(code).toBe(2);
  });
});

describe('rejectSwallowedOptions', () => {
  const npm = { npm_command: 'run-script', npm_lifecycle_event: 'go', npm_lifecycle_script: 'node main.ts' };
  const program = () => {
    const program = new Command('go').option('--dry-run', 'nothing').option('--json', 'as JSON');
    return program.option('--out <folder>', 'folder').option('--no-calibration', 'no temperature');
  };
  const reject = (args: string[], variables: Record<string, string>) => () =>
    rejectSwallowedOptions(program(), args, { ...npm, ...variables });

  it.each<[string, string[], Record<string, string>]>([
    ['--dry-run', [], { npm_config_dry_run: 'true' }],
    ['--no-calibration', [], { npm_config_calibration: '' }],
    ['--dry-run --out=runs/1', ['--dry-run'], { npm_config_out: 'runs/1' }],
  ])('finds %s', (line, args, variables) => {
    expect(reject(args, variables)).toThrow(`Run npm run go -- ${line}`);
  });

  it('quotes a value, and keeps the options that arrived', () => {
    expect(reject(['--json'], { npm_config_out: "it's" })).toThrow(
      String.raw`Run npm run go -- --json --out='it'\''s'`,
    );
  });

  it('names the value when npm has lost it', () => {
    expect(reject([], { npm_config_out: 'true' })).toThrow('Run npm run go -- --out <folder>');
  });

  it('names the program for npx', () => {
    expect(() =>
      rejectSwallowedOptions(program(), [], { npm_command: 'exec', npm_config_json: 'true' }),
    ).toThrow('Run npx tinyvgg-train --json');
  });

  it('leaves out the words of the script in package.json', () => {
    const variables = { npm_lifecycle_script: 'tinyvgg-train go --json', npm_config_dry_run: 'true' };
    expect(reject(['go', '--json'], variables)).toThrow('Run npm run go -- --dry-run');
  });

  it.each<[string, string[], Record<string, string>]>([
    ['an option that arrived as well', ['--dry-run'], { npm_config_dry_run: 'true' }],
    ['an option that is off', [], { npm_config_json: '' }],
    ['a setting that the command does not have', [], { npm_config_fund: '', npm_config_loglevel: 'silent' }],
    ['an npm setting of the user’s environment', [], { NPM_CONFIG_JSON: 'true' }],
  ])('accepts %s', (_, args, variables) => {
    expect(reject(args, variables)).not.toThrow();
  });

  it('accepts variables that are not from npm', () => {
    expect(() => rejectSwallowedOptions(program(), [], { npm_config_dry_run: 'true' })).not.toThrow();
  });

  it.each(['npm_config_userconfig', 'npm_config_globalconfig', 'npm_config_local_prefix'])(
    'accepts a setting of the .npmrc in %s',
    async (variable) => {
      const folder = temporaryFolder();
      const file = join(folder, '.npmrc');
      await writeFile(file, 'fund=false\ndry-run = true\n');
      const place = variable.endsWith('prefix') ? folder : file;
      expect(reject([], { npm_config_dry_run: 'true', [variable]: place })).not.toThrow();
      expect(reject([], { npm_config_json: 'true', [variable]: place })).toThrow('-- --json');
    },
  );
});

describe('a command that changes a store', () => {
  const grid = ['--grid', 'infra/k8s/base/grid.json'];
  const commands = [['push'], ['promote', 'abcdef'], ['rollback'], ['retrain'], ['sweep', ...grid]];

  it.each(commands)('%s refuses the default store', async (...args) => {
    const { code, stdout, stderr } = await runTrainer(args, { env });
    expect(stderr).toMatch(
      /changes a store, and none is named: expected --bucket, --endpoint or --local, or MODEL_BUCKET or AWS_ENDPOINT_URL_S3/,
    );
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each<[string, string[], Record<string, string>]>([
    ['--endpoint', ['--endpoint', 'http://127.0.0.1:9'], {}],
    ['--local', ['--local', 'http://127.0.0.1:9'], {}],
    ['AWS_ENDPOINT_URL_S3', [], { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }],
    ['MODEL_BUCKET', ['--region', 'auto'], { MODEL_BUCKET: 'mine', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }],
  ])('uses the store that %s names', async (_, args, variables) => {
    const keys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' };
    const { code, stderr } = await runTrainer(['rollback', ...args], {
      env: { ...env, ...keys, ...variables },
    });
    expect(stderr).toMatch(/^Store: s3:\/\/(tinyvgg-models|mine) at http:\/\/127\.0\.0\.1:9/);
    expect(code).toBe(6);
  });
});
