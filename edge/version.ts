/** @file Name and version of the service. */
export { version as VERSION } from '../package.json';

export const NAME = 'tinyvgg-edge';
