/** @file Creates Hono apps. */
import { HonoBase } from 'hono/hono-base';
import { TrieRouter } from 'hono/router/trie-router';
import type { AppEnv } from './env.ts';

/**
 * Creates a Hono app with a TrieRouter, which hono/method-not-allowed bundles anyway. Hono's default router adds two more routers
 * to the bundle and builds its matchers during the first request, which takes 2 ms of a cold start.
 */
export const createRouter = () => new HonoBase<AppEnv>({ router: new TrieRouter() });
