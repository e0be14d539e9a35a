/** @file workerd without wrangler, which only builds the bundles. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { buildWorker } from '../../support/build-worker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
// wrangler depends on this workerd, and `npm start` runs it.
const WORKERD: string = createRequire(require.resolve('wrangler')).resolve('workerd/bin/workerd');

/** Contains all bundles and configurations: workerd embeds only files in or below the folder of its configuration. */
const BASE = temporaryFolder();
const newFolder = () => mkdtempSync(join(BASE, 'bundle-'));

/** A Worker in the form in which wrangler uploads it. */
export interface Bundle {
  folder: string;
  main: string;
  /** Compatibility flags. */
  flags: string[];
}

/** Builds the Worker of a wrangler configuration. @param script entry point in place of the configuration's */
export function bundle(config: string, script?: string): Bundle {
  const folder = newFolder();
  buildWorker(config, folder, script);
  const main = readdirSync(folder).find((name) => name.endsWith('.js'));
  if (!main) throw new Error(`wrangler has built no JavaScript from ${script ?? config}`);
  return { folder, main, flags: unstable_readConfig({ config: join(ROOT, config) }).compatibility_flags };
}

/** Returns a Worker that does nothing, to measure the cost of workerd itself. */
export function emptyBundle(): Bundle {
  const folder = newFolder();
  writeFileSync(join(folder, 'empty.js'), "export default { fetch: () => new Response('nothing') };");
  return { folder, main: 'empty.js', flags: [] };
}

/**
 * Responds like R2 for an object that does not exist. It runs in this process, as R2 runs elsewhere: a Worker of the configuration would add
 * the start of a second isolate to every cold start.
 */
const emptyBucket = createServer((_, response) => {
  const error = JSON.stringify({ version: 1, v4code: 10007, message: 'The specified key does not exist.' });
  response.writeHead(404, { 'cf-r2-error': error }).end();
});
emptyBucket.listen(0, '127.0.0.1').unref();
await once(emptyBucket, 'listening');
const { port: bucketPort } = emptyBucket.address() as AddressInfo;

export interface Services {
  main: Bundle;
  /** The Worker of the service binding `ORT`. */
  ort?: Bundle | undefined;
  variables?: Record<string, string>;
}

/**
 * Writes a configuration for workerd (workerd.capnp). Its bucket is empty, so the bundled model serves.
 * @returns its path. It is compiled: from text, workerd takes 3 ms longer to start an empty Worker, and 10 ms the API, whose files it copies
 */
export function configure({ main, ort, variables = {} }: Services, port: number): string {
  const bindings = [
    '(name = "MODELS", r2Bucket = "bucket")',
    ...(ort ? ['(name = "ORT", service = "ort")'] : []),
    ...Object.entries(variables).map(([name, value]) => `(name = "${name}", text = "${value}")`),
  ];
  const path = `${newFolder()}.capnp`;
  writeFileSync(
    path,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "bucket", external = (address = "127.0.0.1:${bucketPort}", http = ()))${ort ? ', (name = "ort", worker = .ort)' : ''}],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = ${worker(main, bindings)};
${ort ? `const ort :Workerd.Worker = ${worker(ort, [])};` : ''}
`,
  );
  const compiled = `${path}.bin`;
  writeFileSync(compiled, execFileSync(WORKERD, ['compile', '--config-only', path], { maxBuffer: 2 ** 27 }));
  return compiled;
}

/** Returns the definition of a Worker in the configuration. */
function worker({ folder, main, flags }: Bundle, bindings: string[]): string {
  const source = readFileSync(join(folder, main), 'utf8');
  // Cloudflare keeps the source map beside the Worker, not in it.
  const others = readdirSync(folder).filter(
    (name) => source.includes(name) && name !== main && !name.endsWith('.map'),
  );
  const modules = [
    `(name = "${main}", esModule = embed "${relative(BASE, join(folder, main))}")`,
    ...others.map(
      (name) => `(name = "${name}", ${kindOf(name)} = embed "${relative(BASE, join(folder, name))}")`,
    ),
  ];
  return `(modules = [${modules.join(', ')}], bindings = [${bindings.join(', ')}], compatibilityDate = "2026-10-01", compatibilityFlags = ${JSON.stringify(flags)})`;
}

/** Returns workerd's name for the kind of a module. */
const kindOf = (name: string): string =>
  name.endsWith('.wasm') ? 'wasm' : name.endsWith('.txt') ? 'text' : 'data';

/** Starts workerd. @param inspectorPort port of the inspector; no inspector if undefined */
export function startWorkerd(config: string, inspectorPort?: number): ChildProcess {
  const options = inspectorPort === undefined ? [] : ['--inspector-addr', `127.0.0.1:${inspectorPort}`];
  return spawn(WORKERD, ['serve', '--binary', config, ...options], {
    stdio: ['ignore', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore'],
  });
}
