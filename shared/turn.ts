/** @file Long work lets the program do other work in between, as the Workers must: each of their isolates has one thread. */

/** Resolves when the program has done other work. Calls `onRound` whenever it sees that the program is free for a moment. */
export type Turn = (onRound?: () => void) => Promise<void>;

/** Estimated milliseconds that are computed at once. */
export const TURN_MS = 50;
