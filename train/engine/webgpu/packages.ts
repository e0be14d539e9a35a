/** @file Loads what only a machine with a GPU needs, from where `npm run gpu` puts it: infra/gpu. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ExplainedError } from '#shared/errors.ts';

const { resolve } = createRequire(new URL('../../../infra/gpu/package.json', import.meta.url));

/** @throws ExplainedError of kind `device` when the package is not installed, or does not load on this machine */
export async function loadGpuPackage<Module>(name: string): Promise<Module> {
  try {
    return await import(pathToFileURL(resolve(name)).href);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new ExplainedError({
      kind: 'device',
      what: missing ? `${name} is not installed` : `${name} does not load`,
      ...(!missing && { got: cause instanceof Error ? cause.message : String(cause) }),
      next: missing ? 'npm run gpu installs it.' : 'Use --device cpu.',
      cause,
    });
  }
}
