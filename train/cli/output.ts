/** @file Keeps a program running when its output cannot be written. */

let unread = false;

/** Returns whether stdout has lost its reader, as in `npm run classify … | head -1`. */
export const outputIsUnread = (): boolean => unread;

/**
 * Lets the work go on when nobody reads the output any more, as in `npm run train | head -1`. Any other failure to write, such as a full
 * disk, is reported once and sets the exit code.
 */
export function surviveLostOutput(exitCode: number): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // EIO: the terminal has been closed.
      const lost = code === 'EPIPE' || (code === 'EIO' && stream.isTTY);
      if (lost && stream === process.stdout) unread = true;
      if (lost || process.exitCode !== undefined) return;
      process.exitCode = exitCode;
      console.error(`error: cannot write the output: ${message}. The work went on without it.`);
    });
  }
}
