/** @file The placeholder for the service's origin in generated texts. */

/** Looks like a shell variable, so that a shell runs the examples once `ORIGIN` is set. */
export const ORIGIN = '$ORIGIN';
