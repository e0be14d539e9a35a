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
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
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
afterEach(async () => {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all([...running].map((child) => once(child, 'close')));
});

interface Started {
  child: ChildProcess;
  /** Returns the output so far. */
  output(): string;
  /** Resolves with the exit code. */
  closed: Promise<number>;
  /** Resolves when the output contains `text`. Rejects when the process ends before. */
  prints(text: string): Promise<void>;
}

function start(environment: Record<string, string> = {}): Started {
  const env = {
    ...process.env,
    PORT: String(port),
    STATE: join(folder, 'state'),
    RELEASE: release,
    ...environment,
  };
  const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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

  test('ends with the shell in which npm runs it', async () => {
    const env = { ...process.env, npm_lifecycle_event: 'start' };
    // The second command keeps the shell from becoming node.
    const command = `"${process.execPath}" "${START}"; true`;
    const settings = { PORT: String(port), STATE: join(folder, 'state'), RELEASE: release };
    const shell = spawn('sh', ['-c', command], {
      env: { ...env, ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Node holds the pipe, too, so it closes only when Node has ended.
    const closed = once(shell, 'close');
    await once(shell.stdout, 'data');
    shell.kill('SIGTERM');
    await closed;
    expect(await isFree(port)).toBe(true);
  });

  test('reaches its own server with a proxy and with settings for other stores in the environment', async () => {
    // Nothing listens on the port of the proxy.
    const proxy = {
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NODE_USE_ENV_PROXY: '1',
    };
    const store = {
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_PROFILE: 'unknown',
    };
    const started = start({ ...proxy, ...store, STATE: temporaryFolder() });
    await started.prints(`listens on http://localhost:${port}`);
    expect(started.output()).toContain('as stable');
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

  test('runs three times at once, without a home folder, and frees its port even when it is killed', async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const all = ports.map((own) =>
      start({ PORT: String(own), STATE: join(folder, `state-${own}`), HOME: '/nonexistent' }),
    );
    await Promise.all(all.map((started, i) => started.prints(`http://localhost:${ports[i]}/v1/classify`)));
    for (const [i, { child }] of all.entries()) child.kill(i === 0 ? 'SIGKILL' : 'SIGTERM');
    expect(await Promise.all(all.map(({ closed }) => closed))).toEqual([null, 0, 0]);
    await expect.poll(() => isFree(ports[0])).toBe(true);
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

  test('is refused by name when another one uses the state folder or takes the port meanwhile', async () => {
    const [state, own, other] = [temporaryFolder(), await freePort(), await freePort()];
    const both = [own, other].map((one) => start({ PORT: String(one), STATE: state }));
    const first = await Promise.race(both.map(({ closed }, i) => closed.then((code) => ({ code, i }))));
    expect(first.code).toBe(1);
    expect(both[first.i].output()).toMatch(/^another process uses .*STATE=<folder>\.\n$/);
    await both[1 - first.i].prints('listens on');

    const ports = [1, 2].map(() => start({ PORT: String(port), STATE: temporaryFolder() }));
    const late = await Promise.race(ports.map(({ closed }, i) => closed.then((code) => ({ code, i }))));
    expect(late.code).toBe(1);
    expect(ports[late.i].output()).toMatch(/^cannot listen on 127.*got EADDRINUSE.*npm start\n$/);
    await ports[1 - late.i].prints('listens on');
  });

  test('rejects a HOST at which the local S3 API takes no requests', async () => {
    const started = start({ HOST: '192.0.2.1' });
    expect(await started.closed).toBe(1);
    expect(started.output()).toBe(
      'invalid HOST: expected 127.0.0.1 or ::1 or localhost or 0.0.0.0 or ::, got 192.0.2.1\n',
    );
  });
});
