/** @file Plain workerd, without wrangler around it, on a bundle that wrangler has built. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
// wrangler's own: the one that `npm start` runs.
const WORKERD: string = createRequire(require.resolve('wrangler')).resolve('workerd/bin/workerd');

/** workerd embeds only what lies beside or below its configuration. */
const BASE = temporaryFolder();
const newFolder = () => mkdtempSync(join(BASE, 'bundle-'));

/** A Worker as wrangler would upload it. */
export interface Bundle {
  folder: string;
  main: string;
  /** Compatibility flags. */
  flags: string[];
}

/** Builds the Worker of a configuration, or `script` in its place. */
export function bundle(config: string, script?: string): Bundle {
  const folder = newFolder();
  const args = ['deploy', '--dry-run', '-c', join(ROOT, config), '--outdir', folder];
  execFileSync(process.execPath, [WRANGLER, ...args.toSpliced(1, 0, ...(script ? [script] : []))], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_LOG: 'error', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const main = readdirSync(folder).find((name) => name.endsWith('.js'));
  if (!main) throw new Error(`wrangler has built nothing of ${script ?? config}`);
  return { folder, main, flags: unstable_readConfig({ config: join(ROOT, config) }).compatibility_flags };
}

/** A Worker that does nothing: what workerd itself costs. */
export function emptyBundle(): Bundle {
  const folder = newFolder();
  writeFileSync(join(folder, 'empty.js'), "export default { fetch: () => new Response('nothing') };");
  return { folder, main: 'empty.js', flags: [] };
}

/** What R2 answers for an object that does not exist. */
function emptyBucket(): Bundle {
  const folder = newFolder();
  const error = JSON.stringify({ version: 1, v4code: 10007, message: 'The specified key does not exist.' });
  const answer = `new Response(null, { status: 404, headers: { 'cf-r2-error': ${JSON.stringify(error)} } })`;
  writeFileSync(join(folder, 'bucket.js'), `export default { fetch: () => ${answer} };`);
  return { folder, main: 'bucket.js', flags: [] };
}

export interface Services {
  main: Bundle;
  /** Bound as ORT. */
  ort?: Bundle | undefined;
  variables?: Record<string, string>;
}

/** A configuration file for workerd (workerd.capnp). Its bucket is empty, so the release in the bundle serves. */
export function configure({ main, ort, variables = {} }: Services, port: number): string {
  const bindings = [
    '(name = "MODELS", r2Bucket = "bucket")',
    ...(ort ? ['(name = "ORT", service = "ort")'] : []),
    ...Object.entries(variables).map(([name, value]) => `(name = "${name}", text = "${value}")`),
  ];
  const path = `${newFolder()}.capnp`;
  const bucket = emptyBucket();
  writeFileSync(
    path,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "bucket", worker = .bucket)${ort ? ', (name = "ort", worker = .ort)' : ''}],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = ${worker(main, bindings)};
const bucket :Workerd.Worker = ${worker(bucket, [])};
${ort ? `const ort :Workerd.Worker = ${worker(ort, [])};` : ''}
`,
  );
  return path;
}

function worker({ folder, main, flags }: Bundle, bindings: string[]): string {
  const source = readFileSync(join(folder, main), 'utf8');
  const others = readdirSync(folder).filter((name) => source.includes(name) && name !== main);
  const modules = [
    `(name = "${main}", esModule = embed "${relative(BASE, join(folder, main))}")`,
    ...others.map(
      (name) => `(name = "${name}", ${kindOf(name)} = embed "${relative(BASE, join(folder, name))}")`,
    ),
  ];
  return `(modules = [${modules.join(', ')}], bindings = [${bindings.join(', ')}], compatibilityDate = "2026-10-01", compatibilityFlags = ${JSON.stringify(flags)})`;
}

/** What workerd calls a module. */
const kindOf = (name: string): string =>
  name.endsWith('.wasm') ? 'wasm' : name.endsWith('.txt') ? 'text' : 'data';

/** @param inspector port of the inspector, where there is to be one */
export function startWorkerd(config: string, inspector?: number): ChildProcess {
  const inspecting = inspector === undefined ? [] : ['--inspector-addr', `127.0.0.1:${inspector}`];
  return spawn(WORKERD, ['serve', config, ...inspecting], {
    stdio: ['ignore', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore'],
  });
}
