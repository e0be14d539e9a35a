/** @file Values from outside, held against valibot's schemas: numbers as JSON has them, and what is said of a value that does not fit. */
import * as v from 'valibot';

/** JSON has no infinity, but JavaScript reads 1e999 as one. */
export const Real = v.pipe(v.number(), v.finite());
export const Whole = v.pipe(v.number(), v.safeInteger());
/** From 1. */
export const Count = v.pipe(Whole, v.minValue(1));
export const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** UTC, as Date writes it. */
export const Time = v.pipe(v.string(), v.isoTimestamp(), v.endsWith('Z'));

// A schema may bring a text of its own. Of the value only its kind is told: it may be a client's.
v.setGlobalMessage(({ kind, type, expected, input }) => {
  const wanted = expected ?? type.replaceAll('_', ' ');
  if (input === undefined) return 'it is missing';
  if (kind === 'schema') return `expected ${wanted}, got ${kindOf(input)}`;
  return `expected ${type.endsWith('length') ? 'a length ' : ''}${wanted}`;
});

function kindOf(value: unknown): string {
  if (value === null || Number.isNaN(value)) return String(value);
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Where in the value, and what was expected there. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? 'value'}: ${issue.message}`;
}
