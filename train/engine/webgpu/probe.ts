/** @file Finds out whether there is a graphics card, without the warnings that Dawn and Vulkan print where there is none. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('probe.child.ts', import.meta.url));

/**
 * Returns whether Dawn finds an adapter. Native code writes the warnings to the process's standard error, where JavaScript cannot stop
 * them. So another process asks.
 */
export const findsAdapter = (): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(process.execPath, [CHILD], (error) => resolve(error === null));
  });
