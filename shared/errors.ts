/** @file The error type of the project. It states what failed, what was expected, what was found, and what to do next. */

/** The area of an error. The trainer maps it to an exit code, the Worker to a problem type. */
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
  /** What failed, with the file, key or flag. */
  what: string;
  expected?: string;
  got?: string;
  /** What the reader can do, as a full sentence. */
  next?: string;
  cause?: unknown;
}

/** An error that its reader can act on. Its message is `what: expected …, got …. Next step.` */
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
