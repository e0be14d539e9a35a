/** @file Lets the isolate handle other requests between the large pieces of work of one. */

/** Number of turns that requests have taken. */
let turns = 0;

/** Rounds of the event loop between two turns. A small request takes about three: its connection, its headers, and its response. */
const ROUNDS_BETWEEN = 4;

/**
 * Waits until the event loop has made some rounds without a turn of any request. Otherwise large images of several requests would be decoded
 * one directly after the other, and small requests would wait for many of them.
 * @param onRound is called after each of these rounds
 */
export async function ownTurn(onRound?: () => void): Promise<void> {
  let [before, rounds] = [turns, 0];
  while (rounds < ROUNDS_BETWEEN) {
    await scheduler.wait(1);
    onRound?.();
    rounds = turns === before ? rounds + 1 : 0;
    before = turns;
  }
  turns += 1;
}
