/** @file Logits, temperature and scores: how softmax turns the network's output into predictions. */
import type { Tensor } from '#shared/model/forward.ts';
import { softmax, temperatureOf } from '#shared/predictions.ts';
import { maxAbs } from '../canvas/colour.ts';
import { element, find, setText } from '../dom.ts';
import { percent } from '../percent.ts';
import type { Explorer } from './explorer.ts';
import { formatNumber } from './format-number.ts';
import { titleOf } from './model.ts';

export function softmaxFigure(explorer: Explorer): void {
  const { labels } = explorer.model.manifest;
  const calibrated = temperatureOf(explorer.model.manifest);
  const isCalibrated = explorer.model.manifest.calibration !== undefined;
  const slider = find('#temperature', HTMLInputElement);
  const rows = labels.map((label) => scoreRow(label));
  setText(find('#scores caption'), titleOf(explorer.model));
  find('#scores tbody').append(...rows.map(({ element }) => element));
  // The slider's steps are hundredths. The step nearest to the calibrated temperature selects it exactly.
  slider.addEventListener('input', () => {
    const temperature = slider.valueAsNumber;
    explorer.change({ temperature: Math.abs(temperature - calibrated) < 0.006 ? 0 : temperature });
  });
  find('#calibrated', HTMLButtonElement).addEventListener('click', () => explorer.change({ temperature: 0 }));

  explorer.watch(find('#scores-figure'), ['picture', 'temperature'], () => {
    const temperature = explorer.state.temperature || calibrated;
    const logits = explorer.activations.at(-1) as Tensor;
    const scores = softmax(logits, temperature);
    const scale = maxAbs(logits);
    const best = logits.indexOf(Math.max(...logits));
    for (const [i, row] of rows.entries()) {
      row.show(logits[i], logits[i] / scale, scores[i]);
      row.element.className = i === best ? 'best' : '';
    }
    if (document.activeElement !== slider) slider.value = `${temperature}`;
    const suffix = explorer.state.temperature || !isCalibrated ? '' : ', calibrated';
    setText(find('#temperature-value'), `${formatNumber(temperature, 3)}${suffix}`);
    setText(find('#softmax-formula'), softmaxFormula(labels[best], logits, best, temperature, scores[best]));
  });
}

/** Writes the softmax of one class as text, with its numbers. */
function softmaxFormula(label: string, logits: Tensor, index: number, temperature: number, score: number) {
  const exponential = Math.exp(logits[index] / temperature);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit / temperature), 0);
  const divisor = formatNumber(temperature);
  const numerator = `e^(${formatNumber(logits[index])} / ${divisor})`;
  const denominator = `sum of e^(logit / ${divisor}) over all ${logits.length} classes`;
  return `${label}: ${numerator} ÷ ${denominator} = ${formatLarge(exponential)} ÷ ${formatLarge(sum)} = ${percent(score)}`;
}

/** Formats with two decimals, and in scientific notation from 100,000. */
const formatLarge = (value: number): string =>
  value < 1e5 ? value.toFixed(2) : value.toExponential(2).replace('e+', ' · 10^');

/** Makes the table row of one class. */
function scoreRow(label: string) {
  const [logitBar, scoreBar] = [element('i'), element('i')];
  const [logitText, scoreText] = [element('b'), element('b')];
  const row = element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('span', {}, label)),
    element(
      'td',
      { className: 'signed' },
      element('div', {}, element('span', { className: 'bar' }, logitBar), logitText),
    ),
    element('td', {}, element('div', {}, element('span', { className: 'bar' }, scoreBar), scoreText)),
  );
  return {
    element: row,
    /** @param relative the logit divided by the largest absolute logit, in −1..1 */
    show(logit: number, relative: number, score: number): void {
      logitBar.className = relative < 0 ? 'below' : '';
      Object.assign(logitBar.style, {
        width: `${50 * Math.abs(relative)}%`,
        left: `${relative < 0 ? 50 + 50 * relative : 50}%`,
      });
      scoreBar.style.width = `${100 * score}%`;
      setText(logitText, formatNumber(logit));
      setText(scoreText, percent(score));
    },
  };
}
