/** @file Memory and CPU time of processes, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns the memory of the workerd process that runs a Worker.
 * @param root process id of its server
 * @throws Error unless exactly one workerd process runs below it
 */
export const workerMemory = (root: number): ProcessMemory => processMemory(workerProcess(root));

/** Returns a function that reads the milliseconds of CPU time that this process has taken, in steps of 10. @throws Error as workerMemory */
export function workerCpu(root: number): () => number {
  const pid = workerProcess(root);
  const [USER, SYSTEM] = [11, 12];
  return () => {
    // The format is "pid (command) state …". Times are in hundredths of a second.
    const fields = read(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
    return 10 * (Number(fields[USER]) + Number(fields[SYSTEM]));
  };
}

function workerProcess(root: number): number {
  const [pid, ...more] = descendants(root).filter((pid) => read(pid, 'comm').startsWith('workerd'));
  if (pid === undefined || more.length > 0) {
    throw new Error(`expected one workerd process below ${root}, got ${[pid, ...more]}`);
  }
  return pid;
}

export interface ProcessMemory {
  /** Resident set size in MiB. */
  rss: number;
  /** Proportional set size in MiB: a page that n processes share counts 1/n. */
  pss: number;
  /** Largest resident set size so far in MiB. */
  peak: number;
}

export function processMemory(pid: number): ProcessMemory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (text: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return { rss: mebibytes(rollup, 'Rss'), pss: mebibytes(rollup, 'Pss'), peak: mebibytes(status, 'VmHWM') };
}

/** Returns the ids of all processes below `root`. */
function descendants(root: number): number[] {
  // The format is "pid (command) state parent …". The command may contain spaces.
  const parentOf = (pid: number) => Number(read(pid, 'stat').split(') ').at(-1)?.split(' ')[1]);
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const children = Map.groupBy(processes, parentOf);
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** Reads a file of a process. @returns an empty string if the process has ended */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
