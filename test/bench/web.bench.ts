/**
 * @file `npm run bench:web`: the cost of the field for a page, and the frame rate of /explore. It measures the bytes that load before and
 * after the first sign of use, and the time from the choice of a photo of 12 megapixels to the result, from the endpoint and on the
 * device. Chromium, which renders in software, and the Worker run on this machine.
 *
 * ROUNDS sets the number of photos per mode.
 */
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import type { Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import type { Field } from '../support/browser/field.ts';
import { TOKENS } from '../support/browser/shared-servers.ts';
import { type Site, startSite, strictPolicy } from '../support/browser/site.ts';
import { startWorker } from '../support/worker.ts';
import { explorerFrames } from './web/explorer.ts';

new Command('npm run bench:web')
  .description('Measures what the field costs a page, and the frame rate of /explore, in Chromium.')
  .addHelpText(
    'after',
    `
Environment:
  ROUNDS  photos per mode (default: 9)`,
  )
  .showHelpAfterError('Run with --help for usage.')
  .parse();

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const MODES = ['edge', 'local'] as const;
type Mode = (typeof MODES)[number];

/** Milliseconds after which all requests of a page have begun. */
const SETTLED_MS = 1_000;

const site = await startSite({ worker: startWorker({ variables: TOKENS }), browser: launchChromium() });
try {
  await bytes(site);
  await times(site);
} finally {
  await site.stop();
}
console.log('\nframes of /explore, milliseconds: median, p95, CPU time of the page per frame');
for (const { action, width, median, p95, work } of await explorerFrames()) {
  const figures = [median, p95, work].map((time) => time.toFixed(1)).join('  ');
  console.log(`  ${`${width} px, ${action}`.padEnd(58)} ${figures}`);
}

/** Opens a page with a field in a mode. Its policy is strict except that it allows WebAssembly. */
async function open({ open, endpoint }: Site, mode: Mode): Promise<Page> {
  const policy = strictPolicy(endpoint).replace('script-src', "script-src 'wasm-unsafe-eval'");
  const page = await open(`<fashion-classifier mode="${mode}"></fashion-classifier>`, { policy });
  await page.waitForFunction(() => customElements.get('fashion-classifier'));
  return page;
}

/** Prints the files that load until the first result, in order, with their size in gzip, as Cloudflare sends them. */
async function bytes(site: Site): Promise<void> {
  for (const mode of MODES) {
    const page = await open(site, mode);
    const first = await fetch(`${site.endpoint}/field.js`).then((response) => response.arrayBuffer());
    const fetched: [path: string, bytes: number][] = [];
    const reading: Promise<void>[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.request().method() !== 'GET') return;
      reading.push(response.body().then((body) => void fetched.push([pathname, gzipSync(body).length])));
    });
    await page.hover('fashion-classifier');
    await page.waitForTimeout(SETTLED_MS);
    const atIntent = (await Promise.all(reading)) && fetched.length;
    await choose(page, 1200, 900);
    await page.waitForTimeout(SETTLED_MS);
    await Promise.all(reading);
    const sum = (part: typeof fetched) => part.reduce((sum, [, bytes]) => sum + bytes, 0);
    console.log(`\n${mode}: bytes, gzip`);
    console.log(`  before the first sign of use:    ${gzipSync(first).length}`);
    console.log(`  at the first sign of use:        ${sum(fetched.slice(0, atIntent))}`);
    console.log(`  with the first photo, a JPEG:    ${sum(fetched.slice(atIntent))}`);
    for (const [path, bytes] of fetched) console.log(`    ${bytes} ${path}`);
    await page.context().close();
  }
}

/** Prints the milliseconds from the choice of a photo to the result on the page. Modes alternate; the first photo counts separately. */
async function times(site: Site): Promise<void> {
  const pages = await Promise.all(MODES.map((mode) => open(site, mode)));
  const first: number[] = [];
  for (const page of pages) first.push(await choose(page, 4000, 3000));
  const all = MODES.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, page] of pages.entries()) all[i].push(await choose(page, 4000, 3000));
  }
  console.log('\nfrom a JPEG of 12 megapixels to its result, milliseconds');
  for (const [i, mode] of MODES.entries()) {
    const sorted = all[i].toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    console.log(`  ${mode}: first ${first[i]}, median ${median}; ${all[i].join(' ')}`);
  }
}

/** Draws and encodes a photo of a garment in the page, then gives it to the field. @returns milliseconds until the result */
function choose(page: Page, width: number, height: number): Promise<number> {
  return page.evaluate(
    async ([width, height]) => {
      const field = document.querySelector('fashion-classifier') as Field & {
        classify(file: Blob): Promise<void>;
      };
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      for (let i = 0; i < 40_000; i++) {
        const shade = 150 + 40 * Math.random();
        context.fillStyle = `rgb(${shade}, ${shade}, ${shade})`;
        context.fillRect(width * Math.random(), height * Math.random(), width / 100, height / 100);
      }
      context.fillStyle = 'navy';
      context.fillRect(0.3 * width, 0.2 * height, 0.4 * width, 0.6 * height);
      const photo = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
      const start = performance.now();
      await field.classify(photo);
      if (!field.matches(':state(answered)')) throw new Error('expected the state answered');
      return Math.round(performance.now() - start);
    },
    [width, height],
  );
}
