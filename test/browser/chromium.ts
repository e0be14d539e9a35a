/** @file Debian's Chromium, which .ci/run installs. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';

export const CHROMIUM = '/usr/bin/chromium';

/** A suite that needs a browser; its name says so where it is skipped. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (existsSync(CHROMIUM)) describe(name, { timeout: 30_000 }, suite);
  else describe.skip(`${name} (skipped: ${CHROMIUM} is not installed; apt-get install chromium)`, suite);
}
