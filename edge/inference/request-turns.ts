/** @file The turns of a request, which end with its client. */
import type { Turn } from '#shared/turn.ts';
import { HttpProblem } from '../http/problem.ts';
import { ownTurn } from './own-turn.ts';

/** Returns the turns of a request. They end its work when its client has hung up. */
export const turnsOf =
  ({ signal }: Request): Turn =>
  async (onRound) => {
    await ownTurn(onRound);
    if (signal.aborted) throw new HttpProblem('unreadable-body', 'The client has closed the connection.');
  };
