/** @file The object store that a command reads and writes: its options, and how it is opened. */
import type { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { commandLine } from '../installation.ts';
import { DEFAULT_BUCKET, namesStore, openLocalStore, openStore, type StoreFlags } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { optionWithDefault } from './options.ts';

export interface TargetFlags extends StoreFlags {
  /** Selects the bucket of `npm start`: its origin, or true for the default origin. */
  local?: boolean | string;
}

/** Adds the options that select an object store. */
export const withStoreOptions = (command: Command): Command =>
  command
    .addOption(
      optionWithDefault('--bucket <name>', 'bucket of the object store', DEFAULT_BUCKET).env('MODEL_BUCKET'),
    )
    .option(
      '--endpoint <url>',
      'S3 endpoint (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon S3)',
    )
    .option('--region <name>', 'region (default: AWS_REGION, AWS_DEFAULT_REGION, else auto with an endpoint)')
    .option(
      '--addressing <style>',
      'where requests name the bucket: "path", or "virtual" for the host name (default: AWS_S3_ADDRESSING_STYLE, else path with an endpoint)',
    )
    .option(
      '--local [origin]',
      'use the bucket of `npm start` on this machine; default origin: http://localhost:8787',
    )
    .addHelpText(
      'after',
      '\nCredentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    );

/**
 * Opens the selected object store, and prints its description to stderr.
 * @param bucket a bucket in place of the selected one
 */
export function openTargetStore({ local, ...flags }: TargetFlags, bucket?: string): ObjectStore {
  const store = local
    ? openLocalStore(local === true ? undefined : local, bucket)
    : openStore({ ...flags, ...(bucket !== undefined && { bucket }) });
  console.error(`Store: ${store.description}`);
  return store;
}

/**
 * Opens the selected object store for a command that changes it. The default store is refused: it is nobody's choice, as when npm has kept
 * `--local`.
 * @param command name of the command
 * @throws ExplainedError of kind `usage` when neither flags nor environment name a store
 */
export function openStoreToChange(command: string, flags: TargetFlags): ObjectStore {
  if (flags.local || namesStore(flags)) return openTargetStore(flags);
  throw new ExplainedError({
    kind: 'usage',
    what: `${command} changes a store, and none is named`,
    expected: '--bucket, --endpoint or --local, or MODEL_BUCKET or AWS_ENDPOINT_URL_S3 in the environment',
    got: 'none of them',
    next: `For the bucket of npm start: ${commandLine(command, '--local')}. For a bucket of Amazon S3: ${commandLine(command, '--bucket', 'NAME')}`,
  });
}

/** Separates the flags that select an object store from the settings of a training. */
export function splitStoreFlags({
  bucket,
  endpoint,
  region,
  addressing,
  local,
  ...settings
}: TargetFlags & Settings): {
  target: TargetFlags;
  settings: Settings;
} {
  return {
    target: { bucket, endpoint, region, addressing, ...(local !== undefined && { local }) },
    settings,
  };
}

/** Flags that are settings of `train`. */
type Settings = Record<string, unknown>;
