/** @file The queues of a group's sessions, and their division into rounds: in a round, several sessions take their next item at once. */
import type { JobFields } from '#shared/kernels/plan.ts';

interface ExampleRange {
  /** Index of the first example. */
  example: number;
  count: number;
}

export interface Step extends ExampleRange {
  kind: 'step';
  /** Coefficients of the optimizer (engine/coefficients.ts). */
  numbers: JobFields;
  /** NaN until it was read back. */
  loss: number;
}

export interface Inference extends ExampleRange {
  kind: 'inference';
  /** Empty until they were read back. */
  logits: Float32Array<ArrayBuffer>;
}

/** A read of a replica's values. It completes after all items that were queued before it. */
export interface Read {
  kind: 'read';
  /** Index of the first value among the replica's parameters and optimizer buffers. */
  first: number;
  /** Filled before `resolve` is called. */
  values: Float32Array<ArrayBuffer>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** The network of one session in a group. */
export interface Replica {
  /** Index of its parameters in the group's memory, and of its part of each dispatch. */
  readonly place: number;
  queue: (Step | Inference | Read)[];
}

/** Items of one kind, by the places of the replicas. A replica without an item in this round has undefined. */
export type Round =
  | { kind: 'step'; items: (Step | undefined)[] }
  | { kind: 'inference'; items: (Inference | undefined)[] }
  | { kind: 'read'; items: (Read | undefined)[] };

/**
 * Empties the queues into rounds. The items of each replica keep their order. Where the next items differ in kind, steps come first, then
 * inferences, then reads.
 * @param replicas by place
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
