/**
 * @file `npm run costs`: prints the monthly costs on Cloudflare, computed from its published prices. docs/deploy.md contains the table.
 *
 * https://developers.cloudflare.com/workers/platform/pricing/ · https://developers.cloudflare.com/r2/pricing/ ·
 * https://developers.cloudflare.com/observability/pricing/ (from December 1, 2026)
 */
import { Command } from 'commander';
import { runCommand } from '../command.ts';

const MONTH_S = 30 * 86_400;
const MILLION = 1e6;

/** Dollars per month. */
const PLAN = 5;
/** Units that the plan includes, and dollars per further unit. */
const PRICES = {
  /** Millions of requests. Calls through service bindings and requests for static files are free. */
  requests: { included: 10, price: 0.3 },
  /** Millions of milliseconds of CPU time, in all three Workers. */
  cpu: { included: 30, price: 0.02 },
  /** GB of log lines. */
  logs: { included: 50, price: 0.25 },
  /** GB-months. A line is kept for seven of thirty days. */
  logsKept: { included: 12, price: 0.1 },
  /** Millions of reads from the bucket (class B operations). */
  reads: { included: 10, price: 0.36 },
};

/** Milliseconds of CPU time per request, measured in workerd on one machine. The field sends photos at 1,024 pixels. */
const CPU_MS = { '28×28 PNG': 1, photo: 6 };
/** Bytes per log line: 450 of the Worker, and an estimate of what Cloudflare adds, which is not documented. */
const LOG_LINE = 1_500;
/** Reads of the alias per isolate and month: one every 30 s. The numbers of isolates are estimates; Cloudflare does not publish them. */
const ALIAS_READS = MONTH_S / 30;
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
    const lines = (requests * MILLION * sampling * LOG_LINE) / 1e9;
    const parts = [
      beyond(PRICES.requests, requests),
      beyond(PRICES.cpu, requests * milliseconds),
      beyond(PRICES.logs, lines) + beyond(PRICES.logsKept, (lines * 7) / 30),
      // Cloudflare rounds operations up to millions.
      beyond(PRICES.reads, Math.ceil((isolates * ALIAS_READS) / MILLION)),
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
await runCommand(
  new Command('npm run costs')
    .description(
      'Prints the monthly costs on Cloudflare as a Markdown table, computed from its published prices.',
    )
    .action(() => console.log(table.map((cells) => `| ${cells.join(' | ')} |`).join('\n'))),
);
