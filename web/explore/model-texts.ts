/** @file The page's texts about a model that its address names. The page itself speaks of the site's own model. */
import { isNormalized } from '#shared/input/preprocessing.ts';
import { answersOf } from '#shared/predictions.ts';
import { find, setText } from '../dom.ts';
import type { Model } from './model.ts';

/** Most labels in the introduction. */
const MAX_LABELS = 12;

/** Replaces the texts about the site's own model, and hides the comparison of the lab's models. */
export function describeModel(model: Model): void {
  const { manifest, input } = model;
  const { name } = manifest;
  const [, height, width] = input.shape;
  const title = 'The network, layer by layer';
  const count = manifest.labels.length;
  setText(find('#model-text'), introductionOf(model));
  if (input.preprocessing.kind === 'fit') setText(find('#input-text'), inputText(model));
  setText(find('#label-count'), `${count}`);
  if (!manifest.calibration) {
    setText(find('#temperature-text'), 'This model was not calibrated.');
    setText(find('#calibrated'), 'Reset to 1');
  }
  setText(find('[name="source"][value="network"] + span'), `${width} × ${height}`);
  setText(find('.contents [href="#network"] span'), title);
  const heading = find('#network h2');
  heading.replaceChildren(find('span', HTMLElement, heading), ` ${title}`);
  for (const part of document.querySelectorAll<HTMLElement>('#models, #own-model, .contents li:last-child')) {
    part.hidden = true;
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href="/"]')) {
    link.search = `${new URLSearchParams({ model: name })}`;
  }
  document.title = `${name} · ${document.title}`;
}

function introductionOf({ manifest }: Model): string {
  const { name, parameters } = manifest;
  const labels = answersOf(manifest);
  const more = labels.length > MAX_LABELS ? ` and ${labels.length - MAX_LABELS} more` : '';
  const kinds = `${labels.slice(0, MAX_LABELS).join(', ')}${more}`;
  const size = `${parameters.toLocaleString('en')} parameters`;
  return `The neural network “${name}” with ${size} tells ${labels.length} kinds of images apart: ${kinds}.`;
}

function inputText({ input }: Model): string {
  const [channels, height, width] = input.shape;
  const names =
    channels === 1
      ? 'one channel, the brightness. 0 is black and 1 is white'
      : 'three channels, red, green and blue. 0 is dark and 1 is bright';
  const normalized = isNormalized(input)
    ? ' Before the first layer, the mean of each channel is subtracted, and the result is divided by its deviation.'
    : '';
  return `The network's input has ${width} × ${height} pixels and ${names}.${normalized}`;
}
