/** @file Prints an inspection as text. */
import Table from 'cli-table3';
import { DESCRIPTIONS } from '../dataset/folder/classes.ts';
import { describeSkipped } from '../dataset/folder/load.ts';
import { PARTS } from '../dataset/folder/part.ts';
import { count, list, percent } from '../format.ts';
import type { Inspection, Place } from './inspection.ts';

/** Number of lines in a list. The JSON output and the page have more. */
const LINES = 10;

/** From this ratio of the largest to the smallest class, the text advises to balance the training. */
const IMBALANCED = 3;

/** Prints what was found, the gravest first. */
export function printInspection(inspection: Inspection, log: (line: string) => void): void {
  const { data, images, obstacle, classes, unreadable, skipped, copies, agreement } = inspection;
  log(`${data}: ${count(images)} images of ${count(classes.length)} classes`);
  if (images > 0) log(classTable(classes));
  if (obstacle) log(`\nA training would stop: ${obstacle}`);
  const leaks = copies.filter(({ leak }) => leak);
  const rest = copies.filter(({ leak }) => !leak);
  section('Files that cannot be decoded', unreadable, ({ path, why }) => `${path}: ${why}`, log);
  section('Copies in several parts (leaks)', leaks, copyLine, log);
  section('Copies in one part', rest, copyLine, log);
  for (const line of imbalanceLines(inspection)) log(`\n${line}`);
  section(
    'Classes that look alike to a quickly trained model',
    inspection.alike,
    ({ classes: [a, b], images: confused, share }) =>
      `${a} and ${b}: ${count(confused)} images confused, ${percent(share, 1)} of both`,
    log,
  );
  section(
    `Labels that may be wrong (the model agrees with ${percent(agreement ?? 0, 1)} of all labels)`,
    inspection.suspects,
    ({ suggestion, ...place }) => `${placeText(place)} looks like ${suggestion}`,
    log,
  );
  if (skipped.length > 0) log('');
  for (const line of describeSkipped({ skipped, unreadable: [] })) log(line);
}

/** Returns advice when some classes are much larger than others. */
export function imbalanceLines({ classes, imbalance }: Inspection): string[] {
  if (!(imbalance >= IMBALANCED)) return [];
  const sorted = classes.toSorted((a, b) => b.images - a.images);
  const [largest, smallest] = [sorted[0], sorted[sorted.length - 1]];
  return [
    `Imbalance: ${largest.name} has ${count(largest.images)} images, ${smallest.name} ${count(smallest.images)}. Train with --balance, or add images of the small classes.`,
  ];
}

const placeText = ({ path, label, part }: Place): string => `${path} (${label}, ${DESCRIPTIONS[part]})`;

const copyLine = ({ images, exact, conflict }: Inspection['copies'][number]): string =>
  `${exact ? 'equal files' : 'look the same'}${conflict ? ', different labels' : ''}: ${list(images.map(placeText))}`;

function section<T>(
  title: string,
  items: readonly T[],
  line: (item: T) => string,
  log: (line: string) => void,
): void {
  if (items.length === 0) return;
  log(`\n${title}: ${count(items.length)}`);
  for (const item of items.slice(0, LINES)) log(`  ${line(item)}`);
  if (items.length > LINES) log('  … (all of them with --json, and as pictures with --page)');
}

function classTable(classes: Inspection['classes']): string {
  const table = new Table({
    head: ['class', 'images', ...PARTS.map((part) => DESCRIPTIONS[part])],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, images, ...parts } of classes) {
    table.push([name, count(images), ...PARTS.map((part) => count(parts[part]))]);
  }
  return table.toString();
}
