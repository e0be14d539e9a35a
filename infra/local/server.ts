/**
 * @file The process of a local Worker: bundles it and its neighbours, and runs them in workerd through Miniflare. worker.ts starts it, sends
 * it a `ServerOptions`, and receives a `Ready`.
 */
import { once } from 'node:events';
import { watch } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { stop as stopEsbuild } from 'esbuild';
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4ServiceDesignator,
  type V4WorkerOptions,
} from 'miniflare';
import { lazy } from '#shared/lazy.ts';
import { ROOT } from '../child-process.ts';
import { type Bundle, bundle } from './bundle.ts';
import type { WorkerConfiguration } from './configuration.ts';
import { readConfigurations } from './read-configurations.ts';
import type { Ready, ServerOptions } from './server-options.ts';

/** What the log level shows. */
const LEVELS = {
  error: { miniflare: LogLevel.ERROR, worker: ['error'] },
  warn: { miniflare: LogLevel.WARN, worker: ['error', 'warn'] },
  log: { miniflare: LogLevel.WARN, worker: undefined },
} as const;

/** Milliseconds without a change after which the watched Worker is bundled again. */
const QUIET_MS = 100;

/** Source maps of the running code by name, parsed for the first place in an error. */
const sourceMaps = new Map<string, () => SourceMap>();

async function main(options: ServerOptions): Promise<void> {
  const miniflare = new Miniflare(await miniflareOptions(options));
  process.off('disconnect', exit);
  for (const event of ['SIGTERM', 'disconnect']) process.once(event, () => end(miniflare));
  const { port } = await miniflare.ready;
  process.send?.({ port: Number(port) } satisfies Ready);
  if (options.watched)
    watchFolders(options.watched, async () => miniflare.setOptions(await miniflareOptions(options)));
}

/** Ends this process and workerd. */
async function end(miniflare: Miniflare): Promise<void> {
  await miniflare.dispose();
  process.exit();
}

async function miniflareOptions(options: ServerOptions) {
  const { host, port, state, variables, defaults, logLevel, inspectorPort } = options;
  const configurations = options.configurations ?? (await readConfigurations(options.configs));
  const names = configurations.map(({ name }) => name);
  const workers = await Promise.all(configurations.map((one) => workerOptions(one, names)));
  // Without it, esbuild's process would wait beside the Worker, with 90 MB.
  await stopEsbuild();
  const [first, ...others] = workers as [Built, ...Built[]];
  return convertV4MiniflareOptions({
    ...{ host, port, ...(inspectorPort !== undefined && { inspectorPort }) },
    // Where `wrangler dev` and other commands of wrangler have it.
    resourcePersistencePath: join(state, 'v3'),
    log: new Log(LEVELS[logLevel].miniflare),
    handleStructuredLogs: ({ level, message }) => {
      if (LEVELS[logLevel].worker?.includes(level as 'error') ?? true) console.log(readable(message));
    },
    telemetry: { enabled: false },
    workers: [
      { ...readingBodies(first), bindings: { ...defaults, ...(first.bindings as object), ...variables } },
      ...others,
    ],
  });
}

/** A Worker for Miniflare, which runs the first of its modules. */
type Built = V4WorkerOptions & { modules: [Module, ...Module[]] };
type Module = Bundle['modules'][number] | { type: 'ESModule'; path: string; contents: string };

/** @param names of all Workers that run. A binding to another one answers with 503: workerd would not start */
async function workerOptions(configuration: WorkerConfiguration, names: readonly string[]): Promise<Built> {
  const { modules, sourceMap } = await bundle(configuration);
  const parsed = lazy(() => new SourceMap(JSON.parse(sourceMap)));
  sourceMaps.set(basename(modules[0].path), parsed);
  const { serviceBindings, ...options } = configuration.options;
  const services = Object.entries((serviceBindings ?? {}) as Record<string, V4ServiceDesignator>);
  const bound = services.map(([binding, service]) => [binding, runs(service, names) ? service : unavailable]);
  return { ...options, serviceBindings: Object.fromEntries(bound), name: configuration.name, modules };
}

const runs = (service: V4ServiceDesignator, names: readonly string[]): boolean =>
  typeof service === 'object' && 'name' in service && names.includes(String(service.name));

const unavailable = () => new Response('This Worker does not run here.', { status: 503 });

/**
 * Returns the Worker with a module before it that reads the body of a refused request to its end, as `wrangler dev` adds one. Cloudflare does that.
 * workerd would end the connection.
 */
function readingBodies(worker: Built): Built {
  const path = join(dirname(worker.modules[0].path), 'reading-bodies.js');
  const contents = `import worker from './${basename(worker.modules[0].path)}';
export default {
  async fetch(request, env, context) {
    try {
      return await worker.fetch(request, env, context);
    } finally {
      if (request.body && !request.bodyUsed) await request.body.pipeTo(new WritableStream()).catch(() => {});
    }
  },
};`;
  return { ...worker, modules: [{ type: 'ESModule', path, contents }, ...worker.modules] };
}

/** Replaces places in the bundled code by places in the source. */
const readable = (message: string): string =>
  message.replace(
    /(?:file:\/\/)?[^\s("]*?([\w-]+\.js):(\d+):(\d+)/g,
    (place, file: string, line: string, column: string) => {
      const origin = sourceMaps.get(file)?.().findOrigin(Number(line), Number(column));
      return origin && 'fileName' in origin
        ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`
        : place;
    },
  );

/** Restarts after changes. A Worker that cannot be bundled is reported, and the last one stays. */
function watchFolders(folders: readonly string[], restart: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => restart().catch(report), QUIET_MS);
  };
  for (const folder of folders) watch(join(ROOT, folder), { recursive: true }, changed);
}

/** An error of esbuild or of wrangler's configuration says what is wrong in its message. */
const report = (error: unknown): void => console.error(error instanceof Error ? error.message : error);

// worker.ts sets it for this process. workerd manages its own memory.
delete process.env.GLIBC_TUNABLES;

// The process that started this one was killed. Until Miniflare runs, nothing else has to end.
const exit = (): never => process.exit();
process.once('disconnect', exit);
try {
  const [options] = await once(process, 'message');
  await main(options as ServerOptions);
} catch (error) {
  report(error);
  process.exit(1);
}
