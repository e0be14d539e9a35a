/** @file An answer, or a problem, as a page: for forms without script. No script, nothing loaded, nothing of what was sent. */
import { html, raw } from 'hono/html';
import type { AbstentionReason } from '#shared/abstention.ts';
import type { HttpProblem, ProblemDetails } from '../../../problem.ts';
import type { ClassifyBatchResponse, ClassifyResponse, ClassifyResult } from '../responses.ts';
import { STYLE } from './style.ts';

/** Labels that a page lists. */
const TOP = 5;

const REASONS: Record<AbstentionReason, string> = {
  'no-garment': 'Nothing stands out from the background. Lay the garment on a plain floor, in good light.',
  'poor-mask': 'The outline is hard to see. A plain floor and more light help.',
  'low-score': 'Several labels are about as likely.',
};

export async function answerPage(answer: ClassifyResponse | ClassifyBatchResponse): Promise<Response> {
  const { model, id } = answer;
  const results = 'results' in answer ? answer.results : [answer];
  const sections = results.map((result) =>
    'problem' in result ? problemSection(result.problem) : saidSection(result),
  );
  const [first] = results;
  const isOne = results.length === 1 && first && 'predictions' in first;
  const title = isOne ? (first.predictions[0]?.label ?? 'Answer') : `${results.length} photos`;
  const footer = html`<p class="soft">Answered by ${model.name} <code>${model.version.slice(0, 12)}</code>, request <code>${id}</code>.
Your browser’s back button leads to the form.</p>`;
  return page(title, html`${sections}<footer><h2>About this answer</h2>${footer}</footer>`, 200, {});
}

export async function problemPage(problem: HttpProblem, requestId: string): Promise<Response> {
  const details = problem.details(requestId);
  const body = html`${problemSection(details)}
<p class="soft">Request <code>${requestId}</code>. Your browser’s back button leads to the form.</p>`;
  return page(details.title, body, details.status, problem.headers);
}

function saidSection({ predictions, abstained, explanation }: ClassifyResult) {
  const [best] = predictions;
  const rows = predictions.slice(0, TOP).map(
    ({ label, score }) => html`<tr><th scope="row">${label}
<td aria-hidden="true"><progress value="${score}"></progress>
<td>${percent(score)}`,
  );
  return html`<section>
<h1>${abstained ? 'Perhaps ' : ''}${best?.label}</h1>
${abstained ? html`<p>${REASONS[abstained]}</p>` : ''}
<table><caption>The likeliest labels</caption><tbody>${rows}</tbody></table>
${
  explanation &&
  html`<h2>What the model saw</h2>
<p class="soft">All that it sees are 28 × 28 grey pixels of the garment. ${explanation.warnings.join(' ')}</p>
<img src="${explanation.image}" alt="The garment in 28 × 28 grey pixels" width="140" height="140">`
}
</section>`;
}

const problemSection = ({ title, detail }: Pick<ProblemDetails, 'title' | 'detail'>) => html`<section>
<h1>${title}</h1>
<p class="detail">${detail}</p>
</section>`;

/** Never rounded up to certainty. */
const percent = (share: number): string => (share < 0.01 ? '< 1 %' : `${Math.floor(100 * share)} %`);

async function page(title: string, body: unknown, status: number, headers: Record<string, string>) {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>${body}</main>
</body>
</html>
`;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE)));
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${btoa(String.fromCharCode(...digest))}'`,
    // The 28 × 28 pixels.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(String(await text), {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}
