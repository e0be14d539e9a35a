/** @file PyTorch's random generator, which the explorer also uses (shared/random.ts). */
export { Generator, type GeneratorState } from '#shared/random.ts';
