/** @file The account that a command works on, and the token for Cloudflare's API: of the environment, or of wrangler's login. */
import { execFile } from 'node:child_process';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { QUIET, ROOT, WRANGLER } from '../../child-process.ts';
import { apiBase, callJson } from './request.ts';

export interface Account {
  id: string;
  token: string;
}

const Accounts = v.object({ result: v.array(v.object({ id: v.string(), name: v.string() })) });

/**
 * Returns the account. Also sets CLOUDFLARE_ACCOUNT_ID, so that the wranglers that this process starts use the same one.
 * @throws ExplainedError of kind `usage` without a login, or when there is not exactly one account
 */
export async function openAccount(): Promise<Account> {
  const token = process.env.CLOUDFLARE_API_TOKEN || (await loginToken());
  const id = process.env.CLOUDFLARE_ACCOUNT_ID || (await onlyAccount(token));
  process.env.CLOUDFLARE_ACCOUNT_ID = id;
  return { id, token };
}

/**
 * Returns the token of wrangler's login, which wrangler renews if it has expired. Reports a missing login in one line, before a command does any
 * work: wrangler's other commands report it late, and each of them differently.
 */
function loginToken(): Promise<string> {
  return new Promise((settle, fail) => {
    const env = { ...process.env, ...QUIET };
    execFile(
      process.execPath,
      [WRANGLER, 'auth', 'token', '--json'],
      { cwd: ROOT, env },
      (error, stdout, stderr) => {
        const token = /"token":\s*"([^"]+)"/.exec(stdout)?.[1];
        if (token) return settle(token);
        fail(
          new ExplainedError({
            kind: 'usage',
            what: stderr.includes('Not logged in')
              ? 'not logged in to Cloudflare'
              : 'wrangler has no token for Cloudflare’s API',
            next: 'Run npx wrangler login, or set CLOUDFLARE_API_TOKEN (docs/deploy.md).',
            cause: error,
          }),
        );
      },
    );
  });
}

async function onlyAccount(token: string): Promise<string> {
  const response = await callJson(`${apiBase()}/accounts`, { token, method: 'GET' });
  const accounts = v.parse(Accounts, response).result;
  const [first] = accounts;
  if (first && accounts.length === 1) return first.id;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot choose the account',
    expected: 'one account, or CLOUDFLARE_ACCOUNT_ID',
    got: accounts.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none that the token may see',
    next: 'Set CLOUDFLARE_ACCOUNT_ID to the ID of the account.',
  });
}
