/**
 * @file `npm start`: the Worker on this machine, with a model in its bucket.
 *
 * | environment | default                 | meaning                                                          |
 * | ----------- | ----------------------- | ---------------------------------------------------------------- |
 * | `PORT`      | `8787`                  | port to listen on                                                |
 * | `HOST`      | `127.0.0.1`             | address to listen on; `0.0.0.0` and `::` are all of the machine  |
 * | `STATE`     | `.wrangler/state`       | folder of the local bucket                                       |
 * | `LOG`       | `error`                 | what the Worker logs that is shown: `error`, `warn`, or `log` for a line of JSON a request |
 * | `TOKEN_SECRET` | another at each start | what answers are signed with, for `sign=1`                    |
 * | `RELEASE`   | `release/tinyvgg.onnx`  | pushed first when the bucket has no `stable` alias for its model |
 *
 * Exit code 0 after Ctrl-C or SIGTERM, 1 when it cannot start or wrangler ends by itself.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ExplainedError } from '#shared/errors.ts';
import { aliasKey, DEFAULT_ALIAS } from '#shared/manifest.ts';
import { push } from '../train/registry/registry.ts';
import { type Release, readRelease } from '../train/registry/release.ts';
import { openLocalStore } from '../train/store/open.ts';
import { stopController } from './stop.ts';
import { startWrangler } from './wrangler.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

async function main(signal: AbortSignal): Promise<void> {
  const { PORT, HOST, STATE, RELEASE, LOG, TOKEN_SECRET } = process.env;
  const host = parseHost(HOST || '127.0.0.1');
  const port = parsePort(PORT || '8787');
  const release = await readRelease(RELEASE || fromRoot('release/tinyvgg.onnx'));
  await requireFree(host, port);

  // What wrangler says before it answers is in the error when it does not; from then on it is said as it comes.
  let answers = false;
  const wrangler = await startWrangler({
    host,
    port,
    state: STATE || fromRoot('.wrangler/state'),
    logLevel: LOG || undefined,
    variables: { TOKEN_SECRET: TOKEN_SECRET || randomBytes(32).toString('base64url') },
    signal,
    onOutput: (text) => answers && process.stderr.write(text),
  });
  answers = true;
  await pushIfEmpty(wrangler.origin, release);

  const address = `http://localhost:${port}`;
  console.log(`\ntinyvgg-edge answers on ${address}   (Ctrl-C ends it)\n`);
  console.log(`  curl --data-binary @examples/trouser.png ${address}/v1/classify\n`);
  if (EVERY_ADDRESS.includes(host)) {
    console.log(
      'Whoever reaches this machine can also write to the local bucket: its keys are in wrangler.toml.\n' +
        'To classify from another one needs a key (npm run key) or ACCESS=open in .dev.vars.\n',
    );
  }

  const lastWords = await wrangler.ended;
  if (signal.aborted) return;
  throw new ExplainedError({
    kind: 'device',
    what: 'wrangler dev has ended by itself',
    got: `these last words:\n${lastWords || '(nothing)'}`,
    next: 'Run npm start again.',
  });
}

/** The bundled release goes the way that every release goes: through the S3 API, by the code of `npm run push`. */
async function pushIfEmpty(origin: string, release: Release): Promise<void> {
  const store = openLocalStore(origin);
  const { name } = release.manifest;
  if (await store.get(aliasKey(name, DEFAULT_ALIAS))) return;
  const { version } = await push(store, release, { reason: 'the bundled release, pushed by npm start' });
  console.log(`The bucket was empty: pushed ${name} ${version.slice(0, 12)} as ${DEFAULT_ALIAS}.`);
}

const THIS_MACHINE = ['127.0.0.1', '::1', 'localhost'];
const EVERY_ADDRESS = ['0.0.0.0', '::'];

/** The S3 API of `wrangler dev` refuses requests by any other name than these, so nothing could be pushed to another address. */
function parseHost(text: string): string {
  const known = [...THIS_MACHINE, ...EVERY_ADDRESS];
  if (known.includes(text)) return text;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use HOST',
    expected: known.join(' or '),
    got: text,
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use PORT',
    expected: 'a number from 1 to 65535',
    got: text,
  });
}

/** wrangler would say it in a stack trace. */
async function requireFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((settle, fail) => {
      server.once('error', fail).listen(port, host, settle);
    });
  } catch (cause) {
    throw new ExplainedError({
      kind: 'device',
      what: `cannot listen on ${host}:${port}`,
      expected: 'a free port',
      got: cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause),
      next: `End what listens there, or choose another port: PORT=${port === 8788 ? 8789 : 8788} npm start`,
      cause,
    });
  }
  await new Promise((settle) => server.close(settle));
}

const stop = stopController();
try {
  await main(stop.signal);
} catch (error) {
  // What failed because it was told to end has not failed.
  if (!stop.signal.aborted) {
    console.error(error instanceof ExplainedError ? error.message : error);
    process.exitCode = 1;
  }
}
// Wrangler ends with us, whatever was in the way.
stop.abort();
