/**
 * @file A group of replicas: sessions whose networks have the same shape and whose optimizers have the same update rule. Their steps are
 * computed by the same dispatches. Sessions queue their items; a submission takes everything that is queued.
 *
 * When a session reads results, the group submits once all sessions have queued a read, or after one turn of the event loop. A late
 * or closed session therefore does not delay the others. Only one read-back is under way at a time.
 */
/// <reference types="@webgpu/types" />
import type { Gpu } from './device.ts';
import type { Examples } from './examples.ts';
import type { Memory } from './memory.ts';
import { type Read, type Replica, type Round, roundsOf } from './rounds.ts';
import { deliver, encodeRounds, type Pipelines, type Results, writeRecords } from './submission.ts';

/** Steps of each session that are submitted before a read, so that the GPU works while the next steps are queued. */
const EARLY_STEPS = 5;

export class Group {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #memory: Memory;
  readonly #classes: number;
  readonly examples: Examples;
  /** The replicas by their places. The place of a closed session is undefined until it is reused. */
  readonly #replicas: (Replica | undefined)[] = [];
  #results: Results = { items: [], floats: 0 };
  /** Whether a read-back is under way. */
  #reading = false;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(
    { device }: Pick<Gpu, 'device'>,
    pipelines: Pipelines,
    memory: Memory,
    examples: Examples,
    classes: number,
  ) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#memory = memory;
    this.#classes = classes;
    this.examples = examples;
  }

  /**
   * Adds a replica.
   * @param values parameters, then each of the optimizer's buffers
   * @throws ExplainedError of kind `device` when the GPU has no room for another replica
   */
  join(values: Float32Array<ArrayBuffer>): Replica {
    const free = this.#replicas.indexOf(undefined);
    const place = free < 0 ? this.#replicas.length : free;
    this.#memory.reserve(place + 1, 1);
    const replica: Replica = { place, queue: [] };
    this.overwrite(replica, values);
    this.#replicas[place] = replica;
    return replica;
  }

  /**
   * Overwrites a replica's first values.
   * @param values parameters, and perhaps the optimizer's buffers
   */
  overwrite({ place }: Replica, values: Float32Array<ArrayBuffer>): void {
    this.#memory.parameters.write(4 * place * this.#memory.replicaFloats, values);
  }

  /** Removes a replica with everything that it has queued. */
  leave({ place }: Replica): void {
    this.#replicas[place] = undefined;
    while (this.#replicas.length > 0 && !this.#replicas.at(-1)) this.#replicas.pop();
    this.#scheduleReadBack();
    this.#freeIfEmpty();
  }

  /**
   * Appends an item to a replica's queue.
   * @throws ExplainedError of kind `device` when the GPU has no room for a batch of that size
   */
  enqueue(replica: Replica, item: Replica['queue'][number]): void {
    if (item.kind !== 'read') this.#memory.reserve(this.#replicas.length, item.count);
    replica.queue.push(item);
    if (item.kind === 'read') this.#scheduleReadBack();
    else if (this.#present().every(hasEarlySteps)) this.#submit(roundsOf(this.#replicas));
  }

  #present(): Replica[] {
    return this.#replicas.filter((replica) => replica !== undefined);
  }

  /** Starts a read-back now if every session has queued a read; otherwise schedules it for the next turn of the event loop. */
  #scheduleReadBack(): void {
    const present = this.#present();
    if (this.#reading || !present.some(hasRead)) return;
    if (present.every(hasRead)) this.#readBack();
    else this.#scheduled ??= setImmediate(() => this.#readBack());
  }

  /** Submits everything that is queued and resolves the reads when the GPU is done. */
  async #readBack(): Promise<void> {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#reading || !this.#present().some(hasRead)) return;
    this.#reading = true;
    const rounds = roundsOf(this.#replicas);
    const reads = rounds.flatMap(({ kind, items }) =>
      kind === 'read' ? items.filter((item) => item !== undefined) : [],
    );
    try {
      const { readback, bytes, results } = this.#submit(rounds, reads);
      await readback.mapAsync(GPUMapMode.READ, 0, bytes);
      deliver(new Float32Array(readback.getMappedRange(0, bytes)), results, reads, this.#classes);
      readback.unmap();
      for (const { resolve } of reads) resolve();
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
    this.#reading = false;
    this.#freeIfEmpty();
    this.#scheduleReadBack();
  }

  /** Submits the rounds. If there are reads, all results so far are also copied to the readback buffer. */
  #submit(rounds: Round[], reads: Read[] = []): { readback: GPUBuffer; bytes: number; results: Results } {
    const memory = this.#memory;
    const results = this.#results;
    writeRecords(memory, rounds, results, this.#classes);
    this.examples.write(memory.examples);
    const bytes = 4 * reads.reduce((floats, { values }) => floats + values.length, results.floats);
    const readback = memory.readback.reserve(reads.length > 0 ? bytes : 0);
    const encoder = this.#device.createCommandEncoder();
    encodeRounds(encoder, this.#pipelines, memory, rounds, results);
    if (reads.length > 0) {
      if (results.floats > 0)
        encoder.copyBufferToBuffer(memory.results.buffer, 0, readback, 0, 4 * results.floats);
      this.#results = { items: [], floats: 0 };
    }
    this.#device.queue.submit([encoder.finish()]);
    return { readback, bytes, results };
  }

  /** Frees the memory when no session is left and no read-back is under way. */
  #freeIfEmpty(): void {
    if (this.#replicas.length > 0 || this.#reading) return;
    this.#memory.free();
    this.#results = { items: [], floats: 0 };
  }
}

const hasRead = ({ queue }: Replica) => queue.some(({ kind }) => kind === 'read');

const hasEarlySteps = ({ queue }: Replica) =>
  queue.length >= EARLY_STEPS && queue.every(({ kind }) => kind === 'step');
