/**
 * @file `npm run costs`: what a month costs on Cloudflare, by its published prices, as the table of docs/deploy.md.
 *
 * https://developers.cloudflare.com/workers/platform/pricing/ · https://developers.cloudflare.com/r2/pricing/ ·
 * https://developers.cloudflare.com/observability/pricing/ (from December 1, 2026)
 */
const MONTH_S = 30 * 86_400;
const MILLION = 1e6;

/** Dollars a unit beyond what the plan's $5 include. */
const PLAN = 5;
const PRICES = {
  /** Million requests. Calls by service bindings and of files in the site are none. */
  requests: { included: 10, price: 0.3 },
  /** Million milliseconds, in all three Workers. */
  cpu: { included: 30, price: 0.02 },
  /** GB of log lines. */
  logs: { included: 50, price: 0.25 },
  /** GB-months: a line is kept for seven days of the thirty. */
  logsKept: { included: 12, price: 0.1 },
  /** Million reads of the bucket (class B). */
  reads: { included: 10, price: 0.36 },
};

/** Milliseconds of CPU a request, of workerd on one machine: a PNG of 28 × 28 pixels; a photo as the field sends it, 1,024 pixels high. */
const CPU_MS = { '28×28 PNG': 1, photo: 22 };
/** Bytes: 450 of ours, and what Cloudflare adds to each line, which its pages do not say. */
const LINE = 1_500;
/** Looks of an isolate at the alias. Of isolates Cloudflare tells no number. */
const LOOKS = MONTH_S / 30;
const LOADS = [
  { rate: 1, isolates: 10, sampling: 1 },
  { rate: 100, isolates: 300, sampling: 0.1 },
  { rate: 10_000, isolates: 3_000, sampling: 0.01 },
];

const beyond = ({ included, price }: { included: number; price: number }, used: number): number =>
  Math.max(0, used - included) * price;

const rows = LOADS.flatMap(({ rate, isolates, sampling }) =>
  Object.entries(CPU_MS).map(([kind, milliseconds]) => {
    const requests = (rate * MONTH_S) / MILLION;
    const lines = (requests * MILLION * sampling * LINE) / 1e9;
    const parts = [
      beyond(PRICES.requests, requests),
      beyond(PRICES.cpu, requests * milliseconds),
      beyond(PRICES.logs, lines) + beyond(PRICES.logsKept, (lines * 7) / 30),
      // Operations are rounded up to millions.
      beyond(PRICES.reads, Math.ceil((isolates * LOOKS) / MILLION)),
    ];
    const all = parts.reduce((sum, part) => sum + part, PLAN);
    return [`${rate.toLocaleString('en')}/s, ${kind}`, ...[...parts, all].map(dollars)];
  }),
);

function dollars(amount: number): string {
  const digits = amount < 100 ? 2 : 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `$${amount.toLocaleString('en', options)}`;
}

const table = [
  ['load', 'requests', 'CPU', 'logs', 'bucket', 'with the plan'],
  ['---', ...Array(5).fill('--:')],
  ...rows,
];
console.log(table.map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
