/**
 * @file `npm run bench:train`: the lab on this project's CPU engine and in PyTorch (pytorch_lab.py, the whole data set in memory), in turn,
 * each three times, with evaluation. Prints seconds, raw and median, and the ratio of the medians.
 *
 * Needs FASHION_MNIST_DIR, and Debian's python3-torch for the peer. `MODELS=v0,v1` measures some only.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Summary } from '../../train/run/run-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROUNDS = 3;
const PYTHON = '/usr/bin/python3';
const PEER = join(import.meta.dirname, 'pytorch_lab.py');
const MAIN = join(import.meta.dirname, '../../train/cli/main.ts');

interface Measurement {
  seconds: number;
  /** Peak resident memory in MiB. */
  peak: number;
}

const data = process.env.FASHION_MNIST_DIR;
if (!data) throw new Error('Set FASHION_MNIST_DIR to the folder with the four official files.');
const models = (process.env.MODELS ?? 'v0,v1,tinyvgg').split(',');

/** Runs a program to its end, watching its memory. */
async function run(command: string, args: string[]): Promise<{ output: string; peak: number }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let [output, peak] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 50);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return { output, peak };
}

async function ours(model: string): Promise<Measurement> {
  const out = join(temporaryFolder(), 'run');
  const { peak } = await run(process.execPath, [
    MAIN,
    'train',
    '--no-calibration',
    '--device',
    'cpu',
    '--models',
    model,
    '--data',
    data as string,
    '--out',
    out,
  ]);
  const summary: Summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
  return { seconds: summary.models[model].trainSeconds, peak };
}

async function pytorch(model: string): Promise<Measurement> {
  const { output, peak } = await run(PYTHON, [
    PEER,
    '--loader',
    'tensor',
    '--models',
    model,
    '--data',
    data as string,
  ]);
  return { seconds: JSON.parse(output.trim().split('\n').at(-1) as string).seconds, peak };
}

function hasPytorch(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('PyTorch is not installed (apt-get install python3-torch): no peer to compare with.');
    return false;
  }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const raw = (values: Measurement[]): string => values.map(({ seconds }) => seconds.toFixed(2)).join(', ');

const variants = { ours, ...(hasPytorch() && { pytorch }) };
const table = new Table({
  head: ['model', 'ours, s', 'PyTorch, s', 'ratio', 'peak MiB, ours / PyTorch'],
  style: { head: [], border: [] },
});
for (const model of models) {
  const results: Record<string, Measurement[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    // Every other round begins with the other one.
    const order = Object.entries(variants);
    if (round % 2 === 1) order.reverse();
    for (const [name, measure] of order) {
      const measured = await measure(model);
      console.log(`${model} ${name}: ${measured.seconds.toFixed(2)} s`);
      results[name] = [...(results[name] ?? []), measured];
    }
  }
  const cell = (name: string) => {
    const list = results[name];
    return list ? `${median(list.map(({ seconds }) => seconds)).toFixed(2)}  (${raw(list)})` : '–';
  };
  const seconds = (name: string) => median((results[name] ?? []).map((measured) => measured.seconds));
  const peak = (name: string) =>
    results[name] ? Math.max(...results[name].map((measured) => measured.peak)).toFixed(0) : '–';
  const ratio = results.pytorch ? (seconds('ours') / seconds('pytorch')).toFixed(3) : '–';
  table.push([model, cell('ours'), cell('pytorch'), ratio, `${peak('ours')} / ${peak('pytorch')}`]);
}
console.log(`${availableParallelism()} cores, Node ${process.version}\n${table.toString()}`);
