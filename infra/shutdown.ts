/** @file Tells a command when to stop: at Ctrl-C, SIGTERM, SIGHUP, or the end of the shell in which npm runs it. */

/** Returns a controller whose signal aborts at the first of these events. */
export function shutdownController(): AbortController {
  const shutdown = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => shutdown.abort());
  // npm sends SIGTERM to the shell that runs this process, and the shell ends without passing it on. This process then gets a new parent.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && shutdown.abort(), 500).unref();
  }
  return shutdown;
}
