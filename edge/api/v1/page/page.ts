/**
 * @file A classification or a problem as a page, for HTML forms without script. The page has no script, loads nothing and contains no
 * request data.
 */
import { html, raw } from 'hono/html';
import type { HttpProblem, ProblemDetails } from '../../../http/problem.ts';
import type { ProblemType } from '../../../http/problem-types.ts';
import type { ClassifyBatchResponse, ClassifyResponse, ClassifyResult } from '../responses.ts';
import { STYLE } from './style.ts';
import { ABSTENTIONS, problemText, TEXTS } from './texts.ts';

/** Number of labels in the table. */
const TOP = 5;

export async function responsePage(response: ClassifyResponse | ClassifyBatchResponse): Promise<Response> {
  const { model, id } = response;
  const results = 'results' in response ? response.results : [response];
  const sections = results.map((result) =>
    'problem' in result ? problemSection(result.problem) : resultSection(result),
  );
  const [first] = results;
  const isOne = results.length === 1 && first && 'predictions' in first;
  const title = isOne ? (first.predictions[0]?.label ?? TEXTS.result) : TEXTS.photos(results.length);
  const version = html`${model.name} <code>${model.version.slice(0, 12)}</code>`;
  const footer = html`<footer><h2>${TEXTS.about}</h2>
<p class="soft">${TEXTS.model} ${version}, ${TEXTS.request} <code>${id}</code>. ${TEXTS.back}</p></footer>`;
  return page(title, html`${sections}${footer}`, 200, {});
}

export async function problemPage(problem: HttpProblem, requestId: string): Promise<Response> {
  const details = problem.details(requestId);
  const body = html`${problemSection(details)}
<p class="soft">${TEXTS.problemRequest} <code>${requestId}</code>. ${TEXTS.back}</p>`;
  return page(problemText(problem.type).heading, body, details.status, problem.headers);
}

function resultSection({ predictions, abstained, explanation }: ClassifyResult) {
  const label = predictions[0]?.label ?? '';
  const rows = predictions.slice(0, TOP).map(
    ({ label, score }) => html`<tr><th scope="row">${label}
<td aria-hidden="true"><progress value="${score}"></progress>
<td>${percent(score)}`,
  );
  return html`<section>
<h1>${abstained ? TEXTS.uncertain(label) : label}</h1>
${abstained ? html`<p>${ABSTENTIONS[abstained]}</p>` : ''}
<table><caption>${TEXTS.predictions}</caption><tbody>${rows}</tbody></table>
${
  explanation &&
  html`<h2>${TEXTS.explanation}</h2>
<p class="soft">${TEXTS.explanationNote} ${explanation.warnings.join(' ')}</p>
<img src="${explanation.image}" alt="${TEXTS.explanationImage}" width="140" height="140">`
}
</section>`;
}

function problemSection({ type, detail }: Pick<ProblemDetails, 'type' | 'detail'>) {
  const { heading, advice } = problemText(type.replace('/problems/', '') as ProblemType);
  return html`<section>
<h1>${heading}</h1>
<p>${advice}</p>
<p class="soft detail">${detail}</p>
</section>`;
}

/** Rounds down, so that no score becomes 100 %. */
const percent = (share: number): string => (share < 0.01 ? '< 1 %' : `${Math.floor(100 * share)} %`);

/** Returns a complete page. Its policy allows only the inline style and data URLs of images. */
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
    // The image of the explanation.
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
