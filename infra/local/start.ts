/** @file `npm start`: runs the Worker on this machine, with a model in its local bucket. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { lockFolder } from '../../train/folder-lock.ts';
import { pushIfEmpty } from '../../train/registry/registry.ts';
import { type Release, readRelease } from '../../train/release/release.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { ROOT } from '../child-process.ts';
import { runCommand } from '../command.ts';
import { shutdownController } from '../shutdown.ts';
import { requireFree, requireWritable } from './checks.ts';
import { LOG_LEVELS, type LogLevelName } from './server-options.ts';
import { startLocalWorker } from './worker.ts';

const HELP = `
The Worker keeps its code until it ends. With --watch, it restarts when a file in edge, shared or web/site/build changes.

Environment:
  PORT          port to listen on (default: 8787)
  HOST          address to listen on; 0.0.0.0 and :: for all addresses of the machine (default: 127.0.0.1)
  ACCESS        open: everybody who reaches the Worker may classify; keys: only with a key (default: open to this machine,
                keys when HOST opens the Worker to others)
  STATE         folder of the local bucket, one for each service that runs (default: .wrangler/state)
  LOG           log level: error, warn, or log for a line of JSON per request (default: error)
  TOKEN_SECRET  secret that signs tokens for sign=1 (default: a new one at each start)
  RELEASE       release to push when the bucket has no stable alias for its model (default: release/tinyvgg.onnx)

Exit codes:
  0  stopped by Ctrl-C or SIGTERM
  1  cannot start, or the Worker ended unexpectedly`;

async function main(isWatching: boolean, signal: AbortSignal): Promise<void> {
  const { PORT, HOST, STATE, RELEASE, LOG, ACCESS, TOKEN_SECRET } = process.env;
  const host = parseHost(HOST || '127.0.0.1');
  const port = parsePort(PORT || `${DEFAULT_PORT}`);
  const release = await readRelease(RELEASE || join(ROOT, 'release/tinyvgg.onnx'));
  const state = STATE || join(ROOT, '.wrangler/state');
  await requireFree(host, port);
  await requireWritable(join(ROOT, '.wrangler/tmp'), 'Copy the project to a folder that you may write to.');
  await requireWritable(state, 'Choose another folder: STATE=<folder> npm start');
  await requireWritable(tmpdir(), 'Choose another folder: TMPDIR=<folder> npm start');
  await lockFolder(state, { does: 'uses', instead: 'choose another folder with STATE=<folder>' });

  // The output before the first response appears only in the error if the Worker does not start.
  let started = false;
  const worker = await startLocalWorker({
    host,
    port,
    state,
    logLevel: parseLog(LOG || 'error'),
    variables: { ...(TOKEN_SECRET && { TOKEN_SECRET }), ...(ACCESS && { ACCESS }) },
    defaults: {
      TOKEN_SECRET: randomBytes(32).toString('base64url'),
      // A client chooses the host name of its requests, so that it could pass for this machine.
      ...(isOpenToOthers(host) && { ACCESS: 'keys' }),
    },
    ...(isWatching && { watched: WATCHED }),
    signal,
    onOutput: (text) => started && process.stderr.write(text),
  });
  started = true;
  await fillBucket(worker.origin, release);
  printAddress(host, port);

  const lastOutput = await worker.ended;
  if (signal.aborted) return;
  throw new ExplainedError({
    kind: 'device',
    what: 'the Worker ended unexpectedly',
    got: `this last output:\n${lastOutput}`,
    next: 'Run npm start again.',
  });
}

function printAddress(host: string, port: number): void {
  const address = `http://localhost:${port}`;
  console.log(`\ntinyvgg-edge listens on ${address}   (Ctrl-C stops it)\n`);
  console.log(`  curl --data-binary @examples/trouser.png ${address}/v1/classify`);
  console.log(`  npm run status -- --local${port === DEFAULT_PORT ? '' : ` ${address}`}\n`);
  if (!isOpenToOthers(host)) return;
  console.log(
    'Every machine that reaches this one can write to the local bucket: the keys are in wrangler.toml.\n' +
      'To classify, also from this machine, unless ACCESS, API_KEYS or SITE_KEYS is set:\n\n' +
      `  npm run key -- create <name> --local ${address}    a key\n` +
      '  ACCESS=open npm start                             or no keys at all\n',
  );
}

/** Pushes the bundled release as `npm run push` does, through the S3 API. Does nothing when the alias exists. */
async function fillBucket(origin: string, release: Release): Promise<void> {
  const reason = 'the bundled release, pushed by npm start';
  const version = await pushIfEmpty(openLocalStore(origin), release, reason);
  if (version === undefined) return;
  const { name } = release.manifest;
  console.log(`The bucket was empty: pushed ${name} ${version.slice(0, 12)} as ${DEFAULT_ALIAS}.`);
}

function parseLog(text: string): LogLevelName {
  const level = LOG_LEVELS.find((one) => one === text);
  if (level) return level;
  throw new ExplainedError({
    kind: 'usage',
    what: 'invalid LOG',
    expected: LOG_LEVELS.join(' or '),
    got: text,
  });
}

const DEFAULT_PORT = 8787;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const ALL_ADDRESSES = ['0.0.0.0', '::'];
const isOpenToOthers = (host: string): boolean => ALL_ADDRESSES.includes(host);

/** What the Worker is built from. */
const WATCHED = ['edge', 'shared', 'web/site/build'];

/** Accepts only addresses at which Miniflare's S3 API takes requests. At any other, the release could not be pushed. */
function parseHost(text: string): string {
  const allowed = [...LOOPBACK, ...ALL_ADDRESSES];
  if (allowed.includes(text)) return text;
  throw new ExplainedError({
    kind: 'usage',
    what: 'invalid HOST',
    expected: allowed.join(' or '),
    got: text,
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new ExplainedError({
    kind: 'usage',
    what: 'invalid PORT',
    expected: 'a number from 1 to 65535',
    got: text,
  });
}

await runCommand(
  new Command('npm start --')
    .description('Runs the Worker on this machine, with a model in its local bucket.')
    .option('--watch', 'restart the Worker when its code or its pages change')
    .addHelpText('after', HELP)
    .action(async ({ watch = false }: { watch?: boolean }) => {
      const shutdown = shutdownController();
      try {
        await main(watch, shutdown.signal);
      } catch (error) {
        // An operation that the shutdown interrupted is not an error.
        if (!shutdown.signal.aborted) throw error;
      } finally {
        // Stops the Worker after any error.
        shutdown.abort();
      }
    }),
);
