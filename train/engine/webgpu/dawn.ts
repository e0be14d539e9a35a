/**
 * @file Starts Dawn, the WebGPU implementation of Chromium. In a checkout, `npm run gpu` installs its package `webgpu` in infra/gpu. Of the
 * package tinyvgg-train it is an optional peer.
 */
/// <reference types="@webgpu/types" />
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExplainedError } from '#shared/errors.ts';
import { installCommand, ROOT } from '../../installation.ts';

/** The module `webgpu`. */
interface DawnModule {
  create(options: string[]): GPU;
  /** WebGPU's constants, such as GPUBufferUsage. In a browser they are global. */
  globals: object;
}

const PACKAGE = 'webgpu';

/** The path from which the package is searched for, in this folder and in those above it. In a package, this file does not exist. */
const { resolve } = createRequire(join(ROOT, 'infra/gpu/package.json'));

export const BACKEND = { darwin: 'metal', win32: 'd3d12' }[process.platform as string] ?? 'vulkan';

/**
 * Dawn feature that is turned off. It makes SwiftShader zero the memory of a workgroup once for each of its threads. Dawn's own loop
 * zeroes it once, and is as fast on a graphics card.
 */
const SLOW_FEATURE = 'use_vulkan_zero_initialize_workgroup_memory_extension';

/**
 * The one instance of Dawn, which is kept until the process ends. A second instance crashed the process in every try, and so did garbage
 * collection of the first one.
 */
let started: Promise<GPU> | undefined;

/** Returns whether Dawn's package is there. */
export function isInstalled(): boolean {
  try {
    return resolve(PACKAGE) !== '';
  } catch {
    return false;
  }
}

/** @throws ExplainedError of kind `device` when Dawn is not installed, or does not load on this machine */
export function startDawn(): Promise<GPU> {
  started ??= loadDawn().then(({ create, globals }) => {
    Object.assign(globalThis, globals);
    return create([`backend=${BACKEND}`, `disable-dawn-features=${SLOW_FEATURE}`]);
  });
  return started;
}

async function loadDawn(): Promise<DawnModule> {
  try {
    return await import(pathToFileURL(resolve(PACKAGE)).href);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new ExplainedError({
      kind: 'device',
      what: missing ? `the package ${PACKAGE} is not installed` : `the package ${PACKAGE} does not load`,
      ...(!missing && { got: cause instanceof Error ? cause.message : String(cause) }),
      next: missing ? `Install it with \`${installCommand('run gpu', PACKAGE)}\`.` : 'Use --device cpu.',
      cause,
    });
  }
}
