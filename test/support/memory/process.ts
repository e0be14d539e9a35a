/** @file Memory of processes, from Linux's /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Returns the memory of the workerd process that runs the Worker. `wrangler dev` has a second workerd process, a proxy
 * that listens on its port and grows by about 50 kB per request, independent of the Worker. The proxy does not count.
 * @param root process id of wrangler
 * @param port port on which wrangler listens
 * @throws Error unless exactly one other workerd process runs
 */
export function workerMemory(root: number, port: number): ProcessMemory {
  const workerd = descendants(root).filter((pid) => read(pid, 'comm').startsWith('workerd'));
  const [pid, ...more] = workerd.filter((pid) => !listensOn(pid, port));
  if (pid === undefined || more.length > 0) {
    throw new Error(`expected the Worker's process and wrangler's proxy below ${root}, got ${workerd}`);
  }
  return processMemory(pid);
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

/** Returns whether a process listens on a TCP port of IPv4. */
function listensOn(pid: number, port: number): boolean {
  const LISTEN = '0A';
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  const inodes = sockets
    .map((line) => line.trim().split(/ +/))
    .filter(([, local, , state]) => local.endsWith(`:${hexPort}`) && state === LISTEN)
    .map((columns) => `socket:[${columns[9]}]`);
  return readdirSync(`/proc/${pid}/fd`).some((name) => {
    try {
      return inodes.includes(readlinkSync(`/proc/${pid}/fd/${name}`));
    } catch {
      return false; // The file was closed meanwhile.
    }
  });
}
