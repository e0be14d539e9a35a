/** @file The network's end: logits, a temperature, scores. */
import type { Tensor } from '#shared/model/forward.ts';
import { softmax, temperatureOf } from '#shared/predictions.ts';
import { largest } from '../canvas/colour.ts';
import { element, find, say } from '../dom.ts';
import { percent } from '../percent.ts';
import type { Explorer } from './explorer.ts';
import { format } from './kernels.ts';

export function softmaxFigure(explorer: Explorer): void {
  const { labels } = explorer.model.manifest;
  const calibrated = temperatureOf(explorer.model.manifest);
  const slider = find('#temperature', HTMLInputElement);
  const lines = labels.map((label) => scoreLine(label));
  find('#scores tbody', HTMLElement).append(...lines.map(({ line }) => line));
  // A slider's steps are hundredths: what it can say of the calibrated temperature means that one.
  slider.addEventListener('input', () => {
    const said = slider.valueAsNumber;
    explorer.change({ temperature: Math.abs(said - calibrated) < 0.006 ? 0 : said });
  });
  find('#calibrated', HTMLButtonElement).addEventListener('click', () => explorer.change({ temperature: 0 }));

  explorer.watch(find('#scores-figure', HTMLElement), ['picture', 'temperature'], () => {
    const temperature = explorer.state.temperature || calibrated;
    const logits = explorer.activations.at(-1) as Tensor;
    const scores = softmax(logits, temperature);
    const most = largest(logits);
    const best = logits.indexOf(Math.max(...logits));
    for (const [i, line] of lines.entries()) {
      line.show(logits[i], logits[i] / most, scores[i]);
      line.line.className = i === best ? 'best' : '';
    }
    if (document.activeElement !== slider) slider.value = `${temperature}`;
    say(
      find('#temperature-value', HTMLElement),
      `${format(temperature, 3)}${explorer.state.temperature ? '' : ', as calibrated'}`,
    );
    const sum = logits.reduce((total, logit) => total + Math.exp(logit / temperature), 0);
    const power = `e^(${format(logits[best])} / ${format(temperature)})`;
    say(
      find('#softmax-formula', HTMLElement),
      `${labels[best]}: ${power} ÷ sum of all ten e^(logit / ${format(temperature)}) = ${short(Math.exp(logits[best] / temperature))} ÷ ${short(sum)} = ${percent(scores[best])}`,
    );
  });
}

const short = (value: number): string =>
  value < 1e5 ? value.toFixed(2) : value.toExponential(2).replace('e+', ' · 10^');

function scoreLine(label: string) {
  const [logitBar, scoreBar] = [element('i'), element('i')];
  const [logitText, scoreText] = [element('b'), element('b')];
  const line = element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    element(
      'td',
      { className: 'signed' },
      element('div', {}, element('span', { className: 'bar' }, logitBar), logitText),
    ),
    element('td', {}, element('div', {}, element('span', { className: 'bar' }, scoreBar), scoreText)),
  );
  return {
    line,
    /** @param share the logit as a share of the largest, −1..1 */
    show(logit: number, share: number, score: number): void {
      logitBar.className = share < 0 ? 'below' : '';
      Object.assign(logitBar.style, {
        width: `${50 * Math.abs(share)}%`,
        left: `${share < 0 ? 50 + 50 * share : 50}%`,
      });
      scoreBar.style.width = `${100 * score}%`;
      say(logitText, format(logit));
      say(scoreText, percent(score));
    },
  };
}
