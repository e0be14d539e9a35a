import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runNode } from '../../support/command.ts';

describe('interruptible', () => {
  /** Runs work of two seconds in a child process. `send` receives a function that sends SIGTERM to it. */
  async function runAndSignal(send: (kill: () => void) => Promise<void>) {
    const script = `
      import { interruptible } from './train/cli/interruption.ts';
      import { reportError } from './train/cli/exit-codes.ts';
      const work = async (signal) => {
        console.log('ready');
        await new Promise((resolve) => setTimeout(resolve, 2000));
        signal.throwIfAborted();
      };
      await interruptible(work, (signal) => 'how to resume').catch((error) => { process.exitCode = reportError(error); });`;
    let start = 0;
    const { code, stderr } = await runNode(['--input-type=module', '-e', script], {
      onOutput: (output, child) => {
        if (start > 0 || !output.includes('ready')) return;
        start = performance.now();
        void send(() => child.kill('SIGTERM'));
      },
    });
    return { code, stderr, time: performance.now() - start };
  }

  it('lets the work end after one signal, and ignores the same signal from npm', async () => {
    const ended = await runAndSignal(async (kill) => {
      kill();
      await sleep(20);
      kill();
    });
    expect(ended).toMatchObject({
      code: 143,
      stderr: expect.stringMatching(/stopping after the current step.*how to resume/s),
    });
    expect(ended.time).toBeGreaterThan(1500);
  });

  it('ends the process at a second signal', async () => {
    const ended = await runAndSignal(async (kill) => {
      kill();
      await sleep(600);
      kill();
    });
    expect(ended).toMatchObject({ code: 143, stderr: expect.not.stringMatching(/how to resume/) });
    expect(ended.time).toBeLessThan(1500);
  });
});
