/**
 * @file The process ends after a fault of the store. Otherwise a CronJob would keep its slot and miss its next runs.
 * @module-tag slow
 */
import { afterEach, describe, expect, test } from 'vitest';
import { writeRelease } from '../../../train/release/release.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { type Ended, runNode, runTrainer } from '../../support/command.ts';
import { type Habit, sendError, startOddS3 } from '../../support/odd-s3.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let server: Awaited<ReturnType<typeof startOddS3>>;
afterEach(() => server.stop());

/** Starts a server. @returns the environment of a process that uses it */
async function start(respond: NonNullable<Habit['respond']>): Promise<NodeJS.ProcessEnv> {
  server = await startOddS3({ respond });
  return {
    ...process.env,
    MODEL_BUCKET: 'shelf',
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_REGION: 'auto',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
}

/** Milliseconds after which the process is killed. */
const LIMIT = 60_000;

const RESPONSES: [name: string, respond: NonNullable<Habit['respond']>, error: RegExp][] = [
  [
    'a login page',
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
      return true;
    },
    /got 200 with a web page/,
  ],
  [
    'a response without ETag',
    ({ method }, response) => {
      response.writeHead(200).end(method === 'GET' ? 'x'.repeat(1_000_000) : '');
      return true;
    },
    /expected a response with an ETag, got none/,
  ],
  [
    'a body that is cut off',
    ({ method }, response) => {
      if (method !== 'GET') return false;
      response.writeHead(200, { etag: '"1"', 'content-length': 1_000 }).write('x');
      setTimeout(() => response.destroy(), 10);
      return true;
    },
    /expected a whole response, got a part of it/,
  ],
  [
    'an error',
    (_request, response) => {
      sendError(response, 403, 'AccessDenied');
      return true;
    },
    /got 403 AccessDenied/,
  ],
];

describe.each(RESPONSES)('after %s', (_name, respond, error) => {
  test.each(['push', 'rollback'])('%s ends with exit code 6', async (command) => {
    const env = await start(respond);
    const args =
      command === 'push' ? ['--model', await writeRelease(temporaryFolder(), await releaseOf('one'))] : [];
    const { code, signal, stderr } = await runTrainer([command, ...args], { env, timeout: LIMIT });
    expect(stderr).toMatch(error);
    expect({ code, signal }).toEqual({ code: 6, signal: null });
  });
});

describe('with a store that stalls', () => {
  const runChild = (env: NodeJS.ProcessEnv): Promise<Ended> =>
    runNode(['test/train/store/get.child.ts'], { env, timeout: LIMIT });

  test.each([
    ['before the headers', undefined],
    ['in the body', 200],
    ['in the body of an error', 403],
  ])('%s, the process ends', async (_name, status) => {
    const env = await start((_request, response) => {
      if (status) response.writeHead(status, { etag: '"1"', 'content-length': 100 }).write('x');
      return true;
    });
    const { code, signal, stdout } = await runChild(env);
    expect(stdout).toContain('expected a whole response, got none in 2 s');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});
