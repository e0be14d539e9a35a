/** @file A problem as a page: for a browser that opens an address of the API, and for HTML forms without script. */
import { html } from 'hono/html';
import type { HttpProblem, ProblemDetails } from '../problem.ts';
import type { ProblemType } from '../problem-types.ts';
import { page } from './page.ts';
import { isForVisitors, problemText, TEXTS } from './texts.ts';

/** @param method the method of the request: POST comes from a form, any other from a person who opened an address */
export async function problemPage(
  problem: HttpProblem,
  method: string,
  requestId: string,
): Promise<Response> {
  const isForm = method === 'POST';
  const details = problem.details(requestId);
  const way = isForm ? TEXTS.back : html`<a href="/">${TEXTS.start}</a>`;
  const body = html`${problemSection(details, isForm)}
<p class="soft">${TEXTS.request} <code>${requestId}</code>. ${way}</p>`;
  return page(problemText(problem.type, isForm).heading, body, details.status, problem.headers);
}

export function problemSection(problem: Pick<ProblemDetails, 'type' | 'detail'>, isForm = true) {
  const type = problem.type.replace('/problems/', '') as ProblemType;
  const { heading, advice } = problemText(type, isForm);
  const reader = isForm ? `${TEXTS.forOwner} ` : '';
  const detail = html`<p class="soft detail">${reader}${problem.detail}</p>`;
  return html`<section>
<h1>${heading}</h1>
<p>${advice}</p>
${isForm && isForVisitors(type) ? '' : detail}
</section>`;
}
