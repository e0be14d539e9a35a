/** @file Where routes are collected. */
import { HonoBase } from 'hono/hono-base';
import { TrieRouter } from 'hono/router/trie-router';
import type { AppEnv } from './env.ts';

/**
 * Hono with the router that is ready at once and that its middleware for 405 holds anyway. Its usual choice of two more would be
 * script to read, and builds its matchers at the first request, two milliseconds of a cold start.
 */
export const newRoutes = () => new HonoBase<AppEnv>({ router: new TrieRouter() });
