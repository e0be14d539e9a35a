/** @file Frames of the explorer during typical actions: the time between frames, and the CPU time of the page per frame. */
import type { Page } from 'playwright-core';
import { launchChromium } from '../../support/browser/chromium.ts';
import { startWorker } from '../../support/worker.ts';

const SECONDS = 3;

/** Actions by description. `act` is a script that runs at every frame, with the number of the frame in `i`. */
const ACTIONS: Record<string, { path: string; prepare?: string; act: string }> = {
  'pointing at the output of a convolution': {
    path: '/explore#convolution',
    act: `point('#convolution-output canvas', i)`,
  },
  'the same on the photo, 7 × 7': {
    path: '/explore#convolution?source=photo&kernel=blur&size=7&padding=3',
    act: `point('#convolution-output canvas', i)`,
  },
  'dragging a weight': {
    path: '/explore#convolution',
    act: `type('#weights input', Math.sin(i / 20).toFixed(2))`,
  },
  'the kernel slides by itself': {
    path: '/explore#convolution',
    prepare: `document.querySelector('#convolution-play').click()`,
    act: '',
  },
  'pooling windows': { path: '/explore#pooling', act: `point('#pool-input canvas', i)` },
  'pointing into a map of the second convolution': {
    path: '/explore#network?layer=3',
    act: `point('#selected-map canvas', i)`,
  },
  'turning the temperature': {
    path: '/explore#network',
    prepare: `document.querySelector('#scores-figure').scrollIntoView()`,
    act: `type('#temperature', (1 + Math.sin(i / 30) / 2).toFixed(2))`,
  },
  'the camera, grey, under a kernel': {
    path: '/explore#convolution',
    prepare: `document.querySelector('#camera').click()`,
    act: '',
  },
};

const HELPERS = `
  const point = (selector, i) => {
    const canvas = document.querySelector(selector);
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const [x, y] = [0.5 + 0.4 * Math.sin(i / 17), 0.5 + 0.4 * Math.sin(i / 23)];
    canvas.dispatchEvent(new PointerEvent('pointermove', { pointerType: 'mouse', clientX: left + x * width, clientY: top + y * height, bubbles: true }));
  };
  const type = (selector, value) => {
    const field = document.querySelector(selector);
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };`;

export interface Frames {
  action: string;
  /** Width of the window in CSS pixels. */
  width: number;
  /** Milliseconds between two frames: median and 95th percentile. */
  median: number;
  p95: number;
  /** CPU time of the page's thread per frame in milliseconds: script, style, layout and paint. Other programs do not count. */
  work: number;
}

/** Measures all actions in a wide window and in the window of a phone. The CPU of a phone takes about four times as long. */
export async function explorerFrames(): Promise<Frames[]> {
  const [worker, browser] = await Promise.all([startWorker(), launchChromium()]);
  const frames: Frames[] = [];
  try {
    for (const [width, height] of [
      [1440, 900],
      [360, 740],
    ]) {
      for (const [action, { path, prepare = '', act }] of Object.entries(ACTIONS)) {
        const page = await browser.newPage({ viewport: { width, height } });
        await page.goto(`${worker.origin}${path}`);
        await page.waitForSelector('html[data-ready]', { state: 'attached' });
        await page.waitForTimeout(500);
        frames.push({ action, width, ...(await measure(page, prepare, act)) });
        await page.close();
      }
    }
  } finally {
    await browser.close();
    await worker.stop();
  }
  return frames;
}

async function measure(page: Page, prepare: string, act: string) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(prepare);
  await page.waitForTimeout(500);
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const before = await busy();
  const times = (await page.evaluate(`new Promise((settle) => {
    ${HELPERS}
    const times = [];
    let i = 0;
    const frame = (now) => {
      times.push(now);
      if (now - times[0] > ${1000 * SECONDS}) return settle(times);
      i += 1;
      ${act};
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`)) as number[];
  const work = ((await busy()) - before) / times.length;
  const intervals = times.slice(1).map((time, i) => time - times[i]);
  const sorted = intervals.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)];
  return { median: at(0.5), p95: at(0.95), work };
}
