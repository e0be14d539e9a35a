/**
 * @file `npm run bench:train`: training and evaluation of the lab on this project's CPU engine and in PyTorch (pytorch_lab.py, the whole
 * data set in memory), in turn, three times each. Prints raw and median seconds, and the ratio of the medians.
 *
 * Needs FASHION_MNIST_DIR, and Debian's python3-torch for the comparison. `MODELS=v0,v1` selects models.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { Summary } from '../../train/run/summary.ts';
import { median } from '../support/statistics.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

new Command('npm run bench:train')
  .description('Compares training and evaluation of the lab on the CPU engine with PyTorch.')
  .addHelpText(
    'after',
    `
Environment:
  FASHION_MNIST_DIR  folder with the four official files (required)
  MODELS             models to train, separated by commas (default: v0,v1,tinyvgg)`,
  )
  .showHelpAfterError('Run with --help for usage.')
  .parse();

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

/** Runs a program and watches its memory. @returns its output and peak memory in MiB */
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
      // The process has ended, or the system is not Linux.
    }
  }, 50);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: expected exit code 0, got ${code}`);
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
    console.log('PyTorch is not installed (apt-get install python3-torch), so there is no comparison.');
    return false;
  }
}

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
