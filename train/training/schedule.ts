/** @file Learning-rate schedules. */

/**
 * Returns the factor for the optimizer's learning rate at a step.
 * @param done the share of all steps that precede this one: 0 at the first step, below 1 at the last
 */
type Schedule = (done: number) => number;

/** The lab's schedule, and PyTorch's without a scheduler. */
const constant: Schedule = () => 1;

/** Share of the steps in which the learning rate rises. */
const WARM_UP = 0.05;

/**
 * Rises linearly, then falls to zero along half a cosine (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
 * 2017, without a restart). The small steps at the end have an effect similar to averaging the weights of many steps.
 */
export const cosine: Schedule = (done) =>
  done < WARM_UP
    ? (done + WARM_UP / 10) / (WARM_UP * 1.1)
    : (1 + Math.cos((Math.PI * (done - WARM_UP)) / (1 - WARM_UP))) / 2;

/** Schedules by their names in recipes and settings. */
export const SCHEDULES = { constant, cosine };
export type ScheduleName = keyof typeof SCHEDULES;
