/** @file What the sessions of a group have queued, and the rounds in which all of them take their next item at once. */
import type { JobFields } from '#shared/kernels/plan.ts';

interface Examples {
  /** The first of them, and how many. */
  example: number;
  count: number;
}

export interface Step extends Examples {
  kind: 'step';
  /** The optimizer's (cpu/optimizer.ts). */
  numbers: JobFields;
  /** NaN until it was read back. */
  loss: number;
}

export interface Inference extends Examples {
  kind: 'inference';
  /** Empty until they were read back. */
  logits: Float32Array<ArrayBuffer>;
}

/** A read-back: answers when all that was queued before it is done. */
export interface Read {
  kind: 'read';
  /** Of the replica's parameters and the optimizer's buffers, in floats. */
  first: number;
  values: Float32Array<ArrayBuffer>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** A session's part in its group. */
export interface Replica {
  /** Its place among the group's parameters and in every dispatch. */
  readonly place: number;
  queue: (Step | Inference | Read)[];
}

export type Round =
  /** Of every replica, by its place, the item that it has at this round, if any. */
  | { kind: 'step'; items: (Step | undefined)[] }
  | { kind: 'inference'; items: (Inference | undefined)[] }
  | { kind: 'read'; items: (Read | undefined)[] };

/**
 * Empties the queues. Each replica's items keep their order; those of one kind are brought together, steps first.
 * @param replicas by their places
 */
export function roundsOf(replicas: readonly (Replica | undefined)[]): Round[] {
  const queues = replicas.map((replica) => replica?.queue.splice(0).reverse() ?? []);
  const rounds: Round[] = [];
  for (;;) {
    const next = queues.map((queue) => queue.at(-1)?.kind);
    const kind = (['step', 'inference', 'read'] as const).find((each) => next.includes(each));
    if (!kind) return rounds;
    rounds.push({
      kind,
      items: queues.map((queue, i) => (next[i] === kind ? queue.pop() : undefined)),
    } as Round);
  }
}
