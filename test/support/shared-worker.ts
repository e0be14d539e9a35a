/** @file The Worker that test files share, as its clients see it. browser/shared-servers.ts starts it when a test first asks for it. */

/** The environment variable with the address at which Vitest's main process responds with the addresses of the servers. */
export const SERVERS = 'TINYVGG_TEST_SERVERS';

/**
 * Returns the Worker that test files share. It issues tokens and has an empty bucket. A test that pushes a model or needs other variables
 * starts its own Worker.
 */
export async function sharedWorker(): Promise<{ origin: string; stop(): Promise<void> }> {
  return { origin: await addressOf('worker'), stop: async () => {} };
}

/** Returns the address of a server of the main process, which starts it the first time. */
export async function addressOf(server: string): Promise<string> {
  const response = await fetch(`${process.env[SERVERS]}/${server}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`cannot start the ${server} that test files share: ${text}`);
  return text;
}
