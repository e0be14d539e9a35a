/** @file Names the process that owns a file, so that another process can tell whether the owner still runs. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Milliseconds without a write after which a process of another machine or container counts as ended. */
export const SILENCE = 60_000;

/** On Linux, the boot and the namespace of process ids: hosts may share their name with others, and with their containers. */
const NAMESPACE = [
  or('0', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)),
  or('0', () => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]),
].join('.');
const MACHINE = `${hostname()}-${NAMESPACE}`;

/** This process, as `<process id>-<start>@<machine>`. The start tells it from a later process with the same id. */
export const OWNER = `${process.pid}-${stateOf(process.pid)?.start ?? '0'}@${MACHINE}`;

/**
 * Returns whether a process may still run. On this machine that is certain; a process of another machine runs if it wrote lately.
 * @param owner an `OWNER`
 * @param written time of its last write, in milliseconds since 1970
 */
export function mayRun(owner: string, written: number): boolean {
  const left = silenceLeft(owner, written);
  if (left !== undefined) return left > 0;
  const [, id, start] = /^(\d+)-(\d+)@/.exec(owner) ?? [];
  try {
    process.kill(Number(id), 0);
  } catch (error) {
    // EPERM: the process belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const state = stateOf(Number(id));
  return !state || (state.start === start && !state.ended);
}

/**
 * Returns the milliseconds until a process of another machine or container counts as ended, if it does not write any more. Undefined for a
 * process of this machine, which can be looked up.
 */
export const silenceLeft = (owner: string, written: number): number | undefined =>
  owner.endsWith(`@${MACHINE}`) ? undefined : Math.max(0, written + SILENCE - Date.now());

/** Describes an `OWNER` as `process 4711 on laptop`. */
export function describeOwner(owner: string): string {
  const [, id, host] = /^(\d+)-.*?@(.+)-[^-]+$/.exec(owner) ?? [];
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
