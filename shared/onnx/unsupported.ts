/** @file The error for a graph that the kernels do not support. */
import { ExplainedError } from '../errors.ts';
import type { Node } from './model.ts';

/** Returns the type and the name of an operator, for errors. */
export const describe = ({ opType = 'operator', name = '' }: Node): string => `${opType} ${name}`.trim();

/** @param where the operator, and the attribute if there is one */
export function unsupported(where: string, expected: string, got: string): ExplainedError {
  return new ExplainedError({
    kind: 'model',
    what: `the kernels do not support ${where}`,
    expected,
    got,
  });
}
