/** @file Keys that are limited to models. */
import { HttpProblem } from '../http/problem.ts';
import type { Caller } from '../http/record.ts';

/** Returns whether a caller may use the model of this name. */
export const mayUse = (caller: Caller | undefined, name: string): boolean =>
  caller?.models?.includes(name) ?? true;

/** @throws HttpProblem `model-not-allowed` when the caller's key is limited to other models */
export function requireModel(caller: Caller | undefined, name: string): void {
  if (mayUse(caller, name)) return;
  throw notAllowed('The key is limited to other models. GET /v1/models with the key lists them.');
}

/** @throws HttpProblem `model-not-allowed` when the caller's key is limited to any models */
export function requireAllModels(caller: Caller | undefined): void {
  if (caller?.models)
    throw notAllowed('The key is limited to models, and the metrics are those of all models.');
}

const notAllowed = (detail: string): HttpProblem => new HttpProblem('model-not-allowed', detail);
