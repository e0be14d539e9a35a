/** @file Schemas for numbers in JSON, and the messages for values that do not match a schema (valibot). */
import * as v from 'valibot';

/** A finite number. JSON has no infinity, but JSON.parse reads 1e999 as one. */
export const Real = v.pipe(v.number(), v.finite());
export const Whole = v.pipe(v.number(), v.safeInteger());
/** A whole number of 1 or more. */
export const Count = v.pipe(Whole, v.minValue(1));
export const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** A UTC timestamp as Date.toISOString writes it. */
export const Time = v.pipe(v.string(), v.isoTimestamp(), v.endsWith('Z'));

// The default message of a mismatch; a schema may have its own. It names the type of the value but not the value, which may be
// private data of a client.
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

/** Returns the path of a mismatch in the value and its message. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? 'value'}: ${issue.message}`;
}
