/** @file API keys, site keys, and a service that checks them. */
import { expect } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import type { AppEnv } from '../../../edge/http/env.ts';
import { PROBLEMS, type ProblemType } from '../../../edge/http/problem-types.ts';
import { isolate, tinyRelease, utf8 } from './tiny.ts';

export const SITE_KEY = 'site_0123456789abcdefghijkl';
export const SHOP = 'https://shop.example';
export const SITE_KEYS = JSON.stringify({ [SITE_KEY]: [SHOP, 'https://*.shops.example:8443'] });

/** Creates a key and its entry for API_KEYS. */
export async function keyOf(name: string) {
  const key = `tinyvgg_${crypto.randomUUID()}${crypto.randomUUID()}`;
  return { key, entry: `${name}:${await sha256(utf8(key))}` };
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Starts an isolate with these variables and bindings. */
export async function service(bindings: Partial<AppEnv['Bindings']> = {}) {
  const { send } = isolate(await tinyRelease(3), { bindings });
  /** Classifies a black image. */
  const classify = (headers: Record<string, string> = {}, path = '/v1/classify') =>
    send(path, {
      method: 'POST',
      body: new Uint8Array(784),
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });
  return { send, classify };
}

/** Checks that a response is a problem of this type. @returns its `detail` */
export async function expectProblem(response: Response, type: ProblemType): Promise<string> {
  const problem = await response.json<{ type: string; detail: string }>();
  expect(problem.type).toBe(`/problems/${type}`);
  expect(response.status).toBe(PROBLEMS[type].status);
  return problem.detail;
}

/** Checks that a response is a problem (RFC 9457). @returns its members */
export async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = await response.json<Record<string, unknown>>();
  const type = String(problem.type).replace('/problems/', '') as ProblemType;
  expect(PROBLEMS[type]).toEqual({ status: response.status, title: problem.title });
  expect(problem.status).toBe(response.status);
  expect(problem.instance).toBe(`urn:uuid:${response.headers.get('x-request-id')}`);
  return { ...problem, type, status: response.status };
}
