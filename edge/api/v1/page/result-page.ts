/** @file A classification as a page, for HTML forms without script. The page contains no request data. */
import { html } from 'hono/html';
import { guessOf } from '#shared/inference/result.ts';
import { page } from '../../../http/page/page.ts';
import { problemSection } from '../../../http/page/problem-page.ts';
import type { ClassifyBatchResponse, ClassifyResponse, ClassifyResult } from '../responses.ts';
import { ABSTENTIONS, TEXTS } from './texts.ts';

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
  const title = isOne ? headingOf(first) : TEXTS.photos(results.length);
  const version = html`${model.name} <code>${model.version.slice(0, 12)}</code>`;
  const footer = html`<footer><h2>${TEXTS.about}</h2>
<p class="soft">${TEXTS.model} ${version}, ${TEXTS.request} <code>${id}</code>. ${TEXTS.back}</p></footer>`;
  return page(title, html`${sections}${footer}`, 200);
}

/** Returns what the photo shows, as far as the model can tell. */
function headingOf(result: ClassifyResult): string {
  const guess = guessOf(result);
  if (!guess) return TEXTS.noGuess;
  return result.abstained ? TEXTS.uncertain(guess.label) : guess.label;
}

function resultSection(result: ClassifyResult) {
  const { predictions, abstained, explanation } = result;
  const rows = predictions.slice(0, TOP).map(
    ({ label, score }) => html`<tr><th scope="row">${label}
<td aria-hidden="true"><progress value="${score}"></progress>
<td>${percent(score)}`,
  );
  return html`<section>
<h1>${headingOf(result)}</h1>
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

/** Rounds down, so that no score becomes 100 %. */
const percent = (share: number): string => (share < 0.01 ? '< 1 %' : `${Math.floor(100 * share)} %`);
