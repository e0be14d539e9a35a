/** @file The examples in the help of each command. */
import { commandLine } from '../installation.ts';

/** The arguments of the examples, by command. */
const EXAMPLES: Record<string, readonly (readonly string[])[]> = {
  inspect: [
    ['--data', './photos'],
    ['--data', './photos', '--page', 'inspection.html'],
  ],
  train: [
    [],
    ['--recipe', 'edge'],
    ['--models', 'v0,v1', '--epochs', '1', '--lr', '0.05'],
    ['--data', './photos'],
  ],
  report: [[], ['--run', 'runs/lab']],
  evaluate: [[], ['--model', 'runs/lab/v1.onnx'], ['--photos', './photos', '--folds', '5']],
  classify: [['photo.jpg'], ['photos', '--json', '--top-k', '1']],
  push: [
    ['--local', '--model', 'runs/lab/tinyvgg.onnx'],
    [
      '--bucket',
      'models',
      '--endpoint',
      'https://ACCOUNT.r2.cloudflarestorage.com',
      '--model',
      'runs/lab/tinyvgg.onnx',
    ],
    ['--local', '--model', 'resnet18.onnx', '--labels', 'imagenet.txt'],
  ],
  promote: [
    ['123b39aa', '--local'],
    ['123b39aa', '--name', 'photos', '--alias', 'canary', '--bucket', 'models'],
  ],
  rollback: [['--local'], ['--bucket', 'models', '--reason', '"wrong on boots"']],
  status: [['--local'], ['--name', 'photos', '--json', '--local']],
  retrain: [
    ['--dry-run', '--bucket', 'models'],
    ['--recipe', 'edge', '--tolerance', '0.005', '--bucket', 'models'],
  ],
  sweep: [
    ['--grid', 'grid.json', '--plan'],
    ['--grid', 'grid.json', '--index', '0', '--shares', '4', '--bucket', 'models'],
  ],
  leaderboard: [['--grid', 'grid.json', '--bucket', 'models']],
};

/** Returns the examples of a command as text for `--help`. */
export const examplesHelp = (command: string): string =>
  ['Examples:', ...EXAMPLES[command].map((args) => `  ${commandLine(command, ...args)}`)].join('\n');
