/** @file Shows how the visitor's photo was classified: its outline and the network's input. */
import type { PhotoExplanation } from '#shared/inference/result.ts';
import { element, find } from '../dom.ts';
import type { FashionClassifier } from '../field/field.ts';
import { percent } from '../percent.ts';
import { drawPhoto } from './outline.ts';

const cut = find('#cut');
const scaled = find('#scaled');
const warnings = find('#warnings');
const model = find('#model');
const outline = find('#outline', HTMLCanvasElement);
const input = find('#input', HTMLImageElement);

const example = document.querySelectorAll('.steps .example');
const frames = document.querySelectorAll<HTMLElement>('.frame');

/** The texts without an explanation, as they are before the first one. */
let general: { cut: string; scaled: string } | undefined;

/**
 * Shows the explanation of the field's result. Without one it shows the general steps.
 * @throws Error in a visitor's words when the photo pipeline cannot be loaded
 */
export async function explain(field: FashionClassifier): Promise<void> {
  const { explanation, model: source } = field.result ?? {};
  if (field.state !== 'empty') for (const part of example) part.remove();
  general ??= { cut: cut.textContent, scaled: scaled.textContent };
  const isCurrent = () => field.result?.explanation === explanation;
  cut.textContent = explanation ? cutText(explanation) : general.cut;
  scaled.textContent = explanation ? scaledText(explanation) : general.scaled;
  // Without a garment the only warning repeats the text above.
  const advice = explanation?.box ? explanation.warnings : [];
  warnings.replaceChildren(...advice.map((warning) => element('li', {}, warning)));
  model.textContent = source ? `Model: ${source.name}, version ${source.version.slice(0, 12)}` : '';
  for (const frame of frames) frame.hidden = !explanation && !field.matches(':state(busy)');
  input.hidden = !explanation;
  outline.hidden = true;
  if (!explanation) return;
  input.src = explanation.image;
  if (field.file && field.model === null) await drawPhoto(outline, field.file, isCurrent);
}

function cutText({ steps, quality }: PhotoExplanation): string {
  const mask = steps.find(({ step }) => step === 'mask');
  if (mask) {
    const outlineText = quality === null ? '' : ` Quality of the outline: ${percent(quality)}.`;
    return `The garment covers ${percent(Number(mask.share))} of your photo.${outlineText}`;
  }
  return steps.some(({ step }) => step === 'as-is')
    ? 'Your picture already has 28 × 28 pixels, bright on black. The network sees it unchanged.'
    : 'No garment stands out, so the network sees your whole photo.';
}

function scaledText({ steps }: PhotoExplanation): string {
  return steps.some(({ step }) => step === 'tone')
    ? 'This is what the network saw: the garment on black, with its brightness and contrast adjusted.'
    : 'This is what the network saw.';
}
