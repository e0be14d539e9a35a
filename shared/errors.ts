/** @file The one error type of the project: it says what went wrong, what was expected, what was got, and what to do next. */

/** The area an error belongs to. The trainer turns it into an exit code, the Worker into a problem type. */
export type ErrorKind =
  | 'usage'
  | 'data'
  | 'device'
  | 'model'
  | 'store'
  | 'conflict'
  | 'image'
  | 'disk'
  | 'divergence'
  | 'rejected';

export interface Explanation {
  kind: ErrorKind;
  /** What could not be done, naming the file, key or flag. */
  what: string;
  expected?: string;
  got?: string;
  /** The next step for whoever reads this. */
  next?: string;
  cause?: unknown;
}

/** An error whose reader can act on it: `what: expected …, got …. Next step.` */
export class ExplainedError extends Error {
  readonly kind: ErrorKind;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly next: string | undefined;

  constructor({ kind, what, expected, got, next, cause }: Explanation) {
    const facts = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
    super([what, facts && `: ${facts}`, next && `. ${next}`].filter(Boolean).join(''), { cause });
    this.name = 'ExplainedError';
    this.kind = kind;
    this.expected = expected;
    this.got = got;
    this.next = next;
  }
}
