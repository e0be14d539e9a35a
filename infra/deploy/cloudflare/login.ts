/** @file Checks whether wrangler may call Cloudflare's API. */
import { execFile } from 'node:child_process';
import { ExplainedError } from '#shared/errors.ts';
import { QUIET, ROOT, WRANGLER } from '../../child-process.ts';

/**
 * Reports a missing login in one line, before a command does any work. wrangler itself reports it late, and differently in each command.
 * @throws ExplainedError of kind `usage` when there is neither a token nor a login
 */
export async function requireLogin(): Promise<void> {
  if (process.env.CLOUDFLARE_API_TOKEN) return;
  const output = await new Promise<string>((settle) => {
    const env = { ...process.env, ...QUIET };
    // The exit code is 1 without a login. Any other error appears again in the command itself.
    execFile(process.execPath, [WRANGLER, 'whoami', '--json'], { cwd: ROOT, env }, (_, stdout) =>
      settle(stdout),
    );
  });
  if (!/"loggedIn":\s*false/.test(output)) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'not logged in to Cloudflare',
    next: 'Run npx wrangler login, or set CLOUDFLARE_API_TOKEN (docs/deploy.md).',
  });
}
