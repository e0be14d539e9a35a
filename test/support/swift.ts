/** @file The server of OpenStack Swift that test files share. browser/shared-servers.ts starts it when a test first asks for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Starts the server, which takes five seconds of CPU time. @returns the origin of its S3 API */
export async function serveSwift(): Promise<{ address: string; stop(): Promise<void> }> {
  const port = await freePort(4);
  const script = fileURLToPath(new URL('../../infra/local/s3-swift.sh', import.meta.url));
  const child = spawn(script, [String(port), temporaryFolder()], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await Promise.race([
    once(child.stdout, 'data'),
    closed.then(([code]) => Promise.reject(new Error(`s3-swift.sh ended with ${code}`))),
  ]);
  const stop = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  return { address: `http://127.0.0.1:${port}`, stop };
}
