/** @file How the learning rate changes as training goes on. */

/** The factor of the optimizer's learning rate at a step, by the share of all steps that are done: 0 at the first, below 1 at the last. */
type Schedule = (done: number) => number;

/** PyTorch's way without a scheduler, and the lab's. */
const constant: Schedule = () => 1;

/** Share of the steps in which the learning rate rises. */
const WARM_UP = 0.05;

/**
 * Rises in a line, then falls along half a cosine to nothing (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
 * Restarts", 2017, without a restart): the last steps, small ones, settle where weights of many steps would average.
 */
export const cosine: Schedule = (done) =>
  done < WARM_UP
    ? (done + WARM_UP / 10) / (WARM_UP * 1.1)
    : (1 + Math.cos((Math.PI * (done - WARM_UP)) / (1 - WARM_UP))) / 2;

/** By the names that recipes, settings and checkpoints know. */
export const SCHEDULES = { constant, cosine };
export type ScheduleName = keyof typeof SCHEDULES;
