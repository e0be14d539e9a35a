/** @file When a command is to end: Ctrl-C, SIGTERM, SIGHUP, or the end of the shell that npm runs it in. */

/** Its signal aborts once; what has been begun is then the command's to end in order. */
export function stopController(): AbortController {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
  // npm passes SIGTERM to the shell it runs us in, and that shell dies without a word: what we notice is that our parent changed.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop.abort(), 500).unref();
  }
  return stop;
}
