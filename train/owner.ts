/** @file Names the process that owns a file, so that another process can tell whether the owner still runs. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Milliseconds without a write after which a process of another machine counts as ended. */
export const SILENCE = 60_000;

/** The host's name. On Linux also the namespace of process ids: containers may share the name of their host. */
const MACHINE = `${hostname()}-${or('0', () => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0])}`;

/** This process, as `<process id>-<start>@<machine>`. The start tells it from a later process with the same id. */
export const OWNER = `${process.pid}-${stateOf(process.pid)?.start ?? '0'}@${MACHINE}`;

/**
 * Returns whether a process may still run. On this machine that is certain; a process of another machine runs if it wrote lately.
 * @param owner an `OWNER`
 * @param written time of its last write, in milliseconds since 1970
 */
export function mayRun(owner: string, written: number): boolean {
  const [, id, start, machine] = /^(\d+)-(\d+)@(.+)$/.exec(owner) ?? [];
  if (machine !== MACHINE) return Date.now() - written < SILENCE;
  try {
    process.kill(Number(id), 0);
  } catch (error) {
    // EPERM: the process belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const state = stateOf(Number(id));
  return !state || (state.start === start && !state.ended);
}

/** Describes an `OWNER` as `process 4711 on laptop`. */
export function describeOwner(owner: string): string {
  const [, id, host] = /^(\d+)-.*?@(.+)-\d+$/.exec(owner) ?? [];
  return id === undefined ? 'a process that has just begun' : `process ${id} on ${host}`;
}

/** Reads a process's start, in clock ticks since the boot, and whether it has ended. Undefined where there is no `/proc` (proc_pid_stat(5)). */
function stateOf(id: number): { start: string; ended: boolean } | undefined {
  const stat = or(undefined, () => readFileSync(`/proc/${id}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, and may contain spaces.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { start: fields[18], ended: state === 'Z' || state === 'X' };
}

function or<T>(fallback: T, read: () => T | undefined): T {
  try {
    return read() ?? fallback;
  } catch {
    return fallback;
  }
}
