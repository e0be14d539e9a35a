/** @file A progress bar that fits the terminal. */
import { SingleBar } from 'cli-progress';

const [LEAST, MOST] = [10, 40];

/**
 * Returns the line of a progress bar. A narrow terminal gets a shorter bar, then fewer texts, then no bar: a terminal cuts off what does not
 * fit, or wraps it and shows a new line for each step.
 * @param columns of the terminal
 * @param progress 0..1
 * @param texts the most important one first
 */
function progressLine(columns: number, progress: number, texts: readonly string[]): string {
  // The last column stays free: some terminals begin a new line after it.
  const width = columns - 1;
  const shown: string[] = [];
  for (const text of texts) {
    if ([...shown, text].join(' | ').length > width) break;
    shown.push(text);
  }
  const line = shown.join(' | ');
  const size = Math.min(MOST, width - line.length - 1);
  if (size < LEAST) return line;
  const full = Math.round(Math.min(1, progress) * size);
  return `${'█'.repeat(full)}${'░'.repeat(size - full)} ${line}`;
}

/**
 * Makes a progress bar.
 * @param textsOf returns the texts beside it, the most important one first
 */
export function progressBar(
  textsOf: (done: number, total: number, eta: string, payload: Record<string, string>) => readonly string[],
  options: { clearOnComplete?: boolean } = {},
): SingleBar {
  return new SingleBar({
    ...options,
    format: (_, { progress, value, total, eta }, payload) => {
      const texts = textsOf(value, total, timeText(eta), payload);
      const percentage = `${Math.floor(100 * progress)}%`.padStart(4);
      // A terminal that does not know its width has 0 columns.
      return progressLine(process.stdout.columns || 80, progress, [percentage, ...texts]);
    },
  });
}

/** Formats seconds as `1h 2m`, `2m 3s` or `3s`; `…` when they are not known yet. */
export function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '…';
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${whole % 60}s` : `${whole}s`;
}
