import { describe, expect, it } from 'vitest';
import { runNode } from '../../support/command.ts';

describe('interruptible', () => {
  /** Runs work in a child process that receives a signal at the given times, in milliseconds of a clock that the test controls. */
  const signalAt = (signal: NodeJS.Signals, ...times: number[]) =>
    runNode([
      '--input-type=module',
      '-e',
      `import { once } from 'node:events';
      import { interruptible } from './train/cli/interruption.ts';
      import { reportError } from './train/cli/exit-codes.ts';
      let now;
      performance.now = () => now;
      const work = async (signal) => {
        const alive = setInterval(() => {}, 1000);
        for (now of ${JSON.stringify(times)}) {
          const received = once(process, '${signal}');
          process.kill(process.pid, '${signal}');
          await received;
        }
        clearInterval(alive);
        signal.throwIfAborted();
      };
      await interruptible(work, () => 'how to resume').catch((error) => { process.exitCode = reportError(error); });`,
    ]);

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'lets the work end after one %s, and ignores the same signal from npm',
    async (signal, code) => {
      expect(await signalAt(signal, 1000, 1300)).toMatchObject({
        code,
        stderr: expect.stringMatching(/stopping after the current step.*how to resume/s),
      });
    },
  );

  it('ends the process at a second signal', async () => {
    expect(await signalAt('SIGTERM', 1000, 1301)).toMatchObject({
      code: 143,
      stderr: expect.not.stringMatching(/how to resume/),
    });
  });
});
