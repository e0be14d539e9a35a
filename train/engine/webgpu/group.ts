/**
 * @file Replicas: sessions on networks of one shape under one rule of optimization, whose steps are computed together. Each queues
 * what it is asked for; a submission takes all that they have queued.
 *
 * Who waits is answered once every session of the group waits or has let a turn of the event loop pass, and the answers before have
 * come: a session that is late, or gone, holds nobody up, and meets the others again at the next submission.
 */
/// <reference types="@webgpu/types" />
import type { Gpu } from './device.ts';
import type { Examples } from './examples.ts';
import type { Memory } from './memory.ts';
import { type Read, type Replica, type Round, roundsOf } from './rounds.ts';
import { deliver, encodeRounds, type Pipelines, type Results, writeRecords } from './submission.ts';

/** Steps that are submitted unasked, so that the GPU works while the next ones are being queued. */
const EAGER_STEPS = 5;

export class Group {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #memory: Memory;
  readonly #classes: number;
  readonly examples: Examples;
  readonly #replicas: (Replica | undefined)[] = [];
  #results: Results = { items: [], floats: 0 };
  /** Answers are on their way. */
  #away = false;
  #turn: NodeJS.Immediate | undefined;

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
   * @param values parameters, then each of the optimizer's buffers
   * @throws ExplainedError of kind `device` when the GPU has no room for another one
   */
  join(values: Float32Array<ArrayBuffer>): Replica {
    const free = this.#replicas.indexOf(undefined);
    const place = free < 0 ? this.#replicas.length : free;
    this.#memory.reserve(place + 1, 1);
    this.#memory.parameters.write(4 * place * this.#memory.replica, values);
    const replica: Replica = { place, queue: [] };
    this.#replicas[place] = replica;
    return replica;
  }

  leave({ place }: Replica): void {
    this.#replicas[place] = undefined;
    while (this.#replicas.length > 0 && !this.#replicas.at(-1)) this.#replicas.pop();
    this.#meet();
    this.#freeIfLeft();
  }

  /**
   * Puts something at the end of a replica's queue.
   * @throws ExplainedError of kind `device` when the GPU has no room for so large a batch
   */
  enqueue(replica: Replica, item: Replica['queue'][number]): void {
    if (item.kind !== 'read') this.#memory.reserve(this.#replicas.length, item.count);
    replica.queue.push(item);
    if (item.kind === 'read') this.#meet();
    else if (this.#present().every(mayGoAhead)) this.#submit(roundsOf(this.#replicas));
  }

  #present(): Replica[] {
    return this.#replicas.filter((replica) => replica !== undefined);
  }

  #meet(): void {
    const present = this.#present();
    if (this.#away || !present.some(waits)) return;
    if (present.every(waits)) this.#answer();
    else this.#turn ??= setImmediate(() => this.#answer());
  }

  /** Submits all that is queued, and answers those who wait once it is done. */
  async #answer(): Promise<void> {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    if (this.#away || !this.#present().some(waits)) return;
    this.#away = true;
    const rounds = roundsOf(this.#replicas);
    const reads = rounds.flatMap(({ kind, items }) =>
      kind === 'read' ? items.filter((item) => item !== undefined) : [],
    );
    try {
      const { back, bytes, results } = this.#submit(rounds, reads);
      await back.mapAsync(GPUMapMode.READ, 0, bytes);
      deliver(new Float32Array(back.getMappedRange(0, bytes)), results, reads, this.#classes);
      back.unmap();
      for (const { resolve } of reads) resolve();
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
    this.#away = false;
    this.#freeIfLeft();
    this.#meet();
  }

  /** One submission of all rounds. With reads, all results so far are copied to be read back, too. */
  #submit(rounds: Round[], reads: Read[] = []): { back: GPUBuffer; bytes: number; results: Results } {
    const memory = this.#memory;
    const results = this.#results;
    writeRecords(memory, rounds, results, this.#classes);
    this.examples.write(memory.examples);
    const bytes = 4 * reads.reduce((floats, { values }) => floats + values.length, results.floats);
    const back = memory.back.reserve(reads.length > 0 ? bytes : 0);
    const encoder = this.#device.createCommandEncoder();
    encodeRounds(encoder, this.#pipelines, memory, rounds, results);
    if (reads.length > 0) {
      if (results.floats > 0)
        encoder.copyBufferToBuffer(memory.results.buffer, 0, back, 0, 4 * results.floats);
      this.#results = { items: [], floats: 0 };
    }
    this.#device.queue.submit([encoder.finish()]);
    return { back, bytes, results };
  }

  /** Gives the memory back once nobody is here or waits. */
  #freeIfLeft(): void {
    if (this.#replicas.length > 0 || this.#away) return;
    this.#memory.free();
    this.#results = { items: [], floats: 0 };
  }
}

const waits = ({ queue }: Replica) => queue.some(({ kind }) => kind === 'read');

const mayGoAhead = ({ queue }: Replica) =>
  queue.length >= EAGER_STEPS && queue.every(({ kind }) => kind === 'step');
