/** @file The examples of an operation: a request in three languages, chosen by radio buttons that need no script, and its responses. */
import { html } from 'hono/html';
import type { ApiResponse, CodeSample, Operation } from '../../../edge/openapi/openapi.ts';

const LANGUAGE_NAMES: Record<string, string> = { Shell: 'curl' };

export function exampleColumn(operation: Operation) {
  const { operationId, responses } = operation;
  const samples = operation['x-codeSamples'] ?? [];
  return html`<div class="example">
${languages(operationId, samples)}
${samples.map(({ lang, source }) => html`<pre class="sample" data-language="${lang}" tabindex="0"><code>${source}</code></pre>`)}
${Object.entries(responses).flatMap(responseExamples)}
</div>`;
}

function languages(operationId: string, samples: readonly CodeSample[]) {
  return html`<fieldset class="languages"><legend class="hidden">Language of the example</legend>${samples.map(
    ({ lang }, i) =>
      html`<label><input type="radio" name="${operationId}-language" value="${lang}"${i === 0 ? html` checked` : ''}><span>${LANGUAGE_NAMES[lang] ?? lang}</span></label>`,
  )}</fieldset>`;
}

/** The first example of a successful response is open, further ones are folded. */
function responseExamples([status, { content = {} }]: [string, ApiResponse]) {
  if (Number(status) >= 400) return [];
  return Object.values(content).flatMap(({ examples = {} }) =>
    Object.values(examples).map(({ summary, value }, i) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
      return html`<details class="response"${i === 0 ? html` open` : ''}><summary>${status}${summary ? `: ${summary}` : ''}</summary>
<pre tabindex="0"><code>${text}</code></pre></details>`;
    }),
  );
}
