/** @file Time from the start of a process to its first response. */
import { setTimeout } from 'node:timers/promises';
import { median } from '../../support/statistics.ts';
import { roundsInTurn } from '../rounds.ts';
import {
  createTable,
  empty,
  end,
  IMAGES,
  ORIGIN,
  onnxruntime,
  PEER,
  peer,
  post,
  type Start,
  simd,
} from './servers.ts';

/** Measures the variants in turn and prints a table. @param only the variants to measure; all unless given */
export async function printColdStart(rounds: number, only?: readonly string[]): Promise<void> {
  const postImage = () => post(IMAGES.png);
  const variants: Record<string, () => Promise<number>> = {
    'empty Worker': () => firstResponse(empty, () => fetch(ORIGIN)),
    simd: () => firstResponse(simd, postImage),
    ort: () => firstResponse(onnxruntime, postImage),
    ...(PEER !== undefined && { 'Node peer': () => firstResponse(peer, postImage) }),
  };
  const measured = Object.entries(variants).filter(([name]) => only?.includes(name) ?? true);
  const times = await roundsInTurn(Object.fromEntries(measured), rounds);
  const table = createTable(['cold start', 'median, ms', 'beyond the empty Worker', 'raw']);
  const floor = median(times['empty Worker']);
  for (const [name, list] of Object.entries(times)) {
    const value = median(list);
    const raw = list.map((time) => time.toFixed(0)).join(' ');
    table.push([name, value.toFixed(1), (value - floor).toFixed(1), raw]);
  }
  console.log(`${table.toString()}\n`);
}

/** Returns the milliseconds from the start of a process to its first response. @throws Error if the response is an error */
async function firstResponse(start: Start, request: () => Promise<Response>): Promise<number> {
  const begin = performance.now();
  const server = start();
  try {
    while (true) {
      const response = await request().catch(() => undefined);
      if (response) {
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`expected status 200, got ${response.status}`);
        return performance.now() - begin;
      }
      await setTimeout(1);
    }
  } finally {
    await end(server);
  }
}
