/** @file Ends a process whose work is done. */

/**
 * Ends this process, with its exit code, as soon as nothing keeps it alive, or else after a time. A library can leave a connection or a
 * child process open, with which a scheduled job would hold its slot for ever.
 * @param grace milliseconds in which connections and child processes may close
 */
export function endProcess(grace: number): void {
  setTimeout(() => process.exit(), grace).unref();
}
