/** @file What the module exports. */
export { infer, step, stop, work } from './step';
