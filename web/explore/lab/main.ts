/** @file The script /explore-lab.js: the figures of the lab's exercises that the other figures do not show. */
import { find } from '../../dom.ts';
import type { Explorer } from '../explorer.ts';
import { dataFigure } from './data-figure.ts';
import { filtersFigure } from './filters-figure.ts';
import { shapesFigure } from './shapes-figure.ts';

export function labFigures(explorer: Explorer): void {
  filtersFigure(explorer, find('#filters .lab'));
  shapesFigure(explorer, find('#shapes .lab'));
  dataFigure(explorer, find('#data .lab'));
}
