/** @file The prediction in the bar at the top: label and score, whose they are, and why the model declines to answer. */
import { type AbstentionReason, doubtOf } from '#shared/abstention.ts';
import { rankLabels } from '#shared/predictions.ts';
import { find, setText } from '../dom.ts';
import { ABSTAINED, UNSURE } from '../field/messages/en.ts';
import { percent } from '../percent.ts';
import type { Explorer } from './explorer.ts';
import { titleOf } from './model.ts';

/** The field's words, without its requests to choose a label below. */
const REASONS: Readonly<Record<AbstentionReason, string>> = {
  ...ABSTAINED,
  'none-of-these': 'It seems to be none of the kinds that the model knows.',
  'low-score': 'It could be one of several kinds.',
};

export function showPrediction({ activations, model, picture }: Explorer): void {
  const { manifest, name } = model;
  const ranked = rankLabels(activations.at(-1) as Float32Array, manifest);
  const [{ label, score }] = ranked;
  const reason = picture.flaw ?? doubtOf(ranked, manifest);
  const who = name === undefined ? 'This site’s model' : 'The model';
  // A no-break space keeps the number and the percent sign on one line.
  const answer = `${label} ${percent(score).replace(' ', '\u00a0')}`;
  setText(
    find('#prediction'),
    reason && label !== manifest.none ? UNSURE.replace('{label}', answer) : answer,
  );
  setText(
    find('#prediction-note'),
    reason ? `${who} declines to answer. ${REASONS[reason]}` : titleOf(model),
  );
}
