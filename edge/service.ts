/** @file What this service is called. */
export { version as VERSION } from '../package.json';

export const NAME = 'tinyvgg-edge';
