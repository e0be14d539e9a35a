/**
 * @file `npm start` with real processes, a real port and an empty local bucket.
 * @module-tag slow
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { status } from '../../../train/registry/registry.ts';
import { readRelease, writeRelease } from '../../../train/release/release.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { run } from '../../support/command.ts';
import { freePort, isFree } from '../../support/ports.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const START = fileURLToPath(new URL('../../../infra/local/start.ts', import.meta.url));
const BUNDLED = fileURLToPath(new URL('../../../release/tinyvgg.onnx', import.meta.url));

const folder = temporaryFolder();
let release: string;
let port: number;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  release = existsSync(BUNDLED) ? BUNDLED : await writeRelease(folder, await releaseOf('weights'));
  port = await freePort();
});

async function stopAll(): Promise<void> {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all([...running].map((child) => once(child, 'close')));
}

interface Started {
  child: ChildProcess;
  /** Returns the output so far. */
  output(): string;
  /** Resolves with the exit code when the process has ended, and all children that hold its output. */
  closed: Promise<number>;
  /** Resolves when the output contains `text`. Rejects when the process ends before. */
  prints(text: string): Promise<void>;
}

const NODE = [process.execPath, START] as const;
/** The shell in which npm runs a script. The second command keeps it from becoming node. */
const SHELL = ['sh', '-c', `"${process.execPath}" "${START}"; true`] as const;

function start(
  environment: Record<string, string> = {},
  [program, ...args]: readonly [string, ...string[]] = NODE,
): Started {
  const env = {
    ...process.env,
    PORT: String(port),
    STATE: join(folder, 'state'),
    RELEASE: release,
    ...environment,
  };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const closed = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code;
  });
  const prints = (text: string): Promise<void> =>
    new Promise((settle, fail) => {
      const look = (): void => {
        if (output.includes(text)) settle();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      closed.then(() =>
        output.includes(text) ? settle() : fail(new Error(`ended without "${text}":\n${output}`)),
      );
      look();
    });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output, closed, prints };
}

async function onlyChildOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const pids = stdout.split('\n').map((line) => line.trim().split(/ +/).map(Number));
  const child = pids.find(([, parent]) => parent === pid)?.[0];
  if (!child) throw new Error(`process ${pid} has no child`);
  return child;
}

describe('npm start', () => {
  afterEach(stopAll);

  test('pushes to an empty bucket once, ends with Ctrl-C or with its server, and frees the port', async () => {
    const { name, version } = (await readRelease(release)).manifest;
    const curl = `curl --data-binary @examples/trouser.png http://localhost:${port}/v1/classify`;

    const first = start();
    await first.prints(curl);
    expect(first.output()).toContain(`pushed ${name} ${version.slice(0, 12)} as stable`);
    expect((await fetch(`http://localhost:${port}/health/live`)).status).toBeLessThan(600);
    const { aliases } = await status(openLocalStore(`http://localhost:${port}`), name);
    expect(aliases.stable?.version).toBe(version);
    first.child.kill('SIGINT');
    expect(await first.closed).toBe(0);
    expect(await isFree(port)).toBe(true);

    const second = start();
    await second.prints(curl);
    expect(second.output()).not.toContain('pushed');
    process.kill(await onlyChildOf(second.child), 'SIGKILL');
    expect(await second.closed).toBe(1);
    expect(second.output()).toContain('the Worker ended unexpectedly: got this last output:');
    expect(await isFree(port)).toBe(true);
  });

  test('reports a release that does not match its manifest', async () => {
    const broken = await writeRelease(folder, await releaseOf('broken', 'broken'));
    await writeFile(broken, 'other bytes');
    const started = start({ RELEASE: broken });
    expect(await started.closed).toBe(1);
    expect(started.output()).toMatch(
      /^.*broken\.onnx is not the model that .*broken\.json describes: expected/m,
    );
    expect(started.output()).not.toContain('    at ');
  });

  test('ends at once when Ctrl-C comes during the start', async () => {
    const started = start();
    await expect.poll(() => onlyChildOf(started.child).catch(() => undefined)).toBeDefined();
    started.child.kill('SIGINT');
    expect(await started.closed).toBe(0);
    expect(started.output()).toBe('');
    expect(await isFree(port)).toBe(true);
  });

  test.each(['STATE', 'TMPDIR'])('reports at once that nothing can be written to %s', async (name) => {
    // Not even root can create a folder in a file.
    const file = join(folder, 'file');
    await writeFile(file, '');
    const started = start({ [name]: join(file, 'folder') });
    expect(await started.closed).toBe(1);
    expect(started.output()).toBe(
      `cannot write to ${file}/folder: expected a folder in which files can be created, got ENOTDIR. Choose another folder: ${name}=<folder> npm start\n`,
    );
  });

  test('reports a port in use and suggests another', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const started = start();
    expect(await started.closed).toBe(1);
    server.close();
    expect(started.output()).toBe(
      `cannot listen on 127.0.0.1:${port}: expected a free port, got EADDRINUSE. Stop the program on that port, or choose another port: PORT=8788 npm start\n`,
    );
  });

  test.each(['http', '0', '65536'])('rejects PORT=%s', async (text) => {
    const started = start({ PORT: text });
    expect(await started.closed).toBe(1);
    expect(started.output()).toBe(`invalid PORT: expected a number from 1 to 65535, got ${text}\n`);
  });

  test('rejects a HOST at which the local S3 API takes no requests', async () => {
    const started = start({ HOST: '192.0.2.1' });
    expect(await started.closed).toBe(1);
    expect(started.output()).toBe(
      'invalid HOST: expected 127.0.0.1 or ::1 or localhost or 0.0.0.0 or ::, got 192.0.2.1\n',
    );
  });
});

describe('npm start, several times at once and without a home folder', () => {
  /** Nothing listens on the port of the proxy and of the store. */
  const NOWHERE = {
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    NODE_USE_ENV_PROXY: '1',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_PROFILE: 'unknown',
  };
  const state = temporaryFolder();
  let ports: [number, number, number];
  let behindProxy: Started;
  let inShell: Started;
  /** Both want the third port. */
  let rivals: [Started, Started];
  let winner: Started;

  beforeAll(async () => {
    ports = await Promise.all([freePort(), freePort(), freePort()]);
    const environment = (port: number) => ({
      PORT: String(port),
      STATE: temporaryFolder(),
      HOME: '/nonexistent',
    });
    behindProxy = start({ ...environment(ports[0]), ...NOWHERE, STATE: state });
    inShell = start({ ...environment(ports[1]), npm_lifecycle_event: 'start' }, SHELL);
    rivals = [start(environment(ports[2])), start(environment(ports[2]))];
  });
  afterAll(stopAll);

  test('reaches its own server with a proxy and with settings for other stores in the environment', async () => {
    await behindProxy.prints(`http://localhost:${ports[0]}/v1/classify`);
    expect(behindProxy.output()).toContain('as stable');
  });

  test('is refused by name when another one takes the port meanwhile', async () => {
    const codes = rivals.map(({ closed }, i) => closed.then((code) => ({ code, i })));
    const { code, i } = await Promise.race(codes);
    expect(code).toBe(1);
    expect(rivals[i]?.output()).toMatch(/^cannot listen on 127.*got EADDRINUSE.*npm start\n$/);
    winner = rivals[1 - i] as Started;
    await winner.prints(`http://localhost:${ports[2]}/v1/classify`);
  });

  test('is refused by name when another one uses the state folder', async () => {
    const other = start({ STATE: state });
    expect(await other.closed).toBe(1);
    expect(other.output()).toMatch(/^another process uses .*STATE=<folder>\.\n$/);
  });

  test('ends with SIGTERM and with the shell in which npm runs it, and frees its port even when it is killed', async () => {
    await inShell.prints(`http://localhost:${ports[1]}/v1/classify`);
    behindProxy.child.kill('SIGKILL');
    inShell.child.kill('SIGTERM');
    winner.child.kill('SIGTERM');
    const ended = [behindProxy, inShell, winner].map(({ closed }) => closed);
    expect(await Promise.all(ended)).toEqual([null, null, 0]);
    expect(await isFree(ports[1])).toBe(true);
    expect(await isFree(ports[2])).toBe(true);
    await expect.poll(() => isFree(ports[0])).toBe(true);
  });
});
