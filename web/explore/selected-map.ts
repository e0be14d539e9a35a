/** @file The selected feature map and pixel of figure 4, limited to what the network has. */
import type { Explorer } from './explorer.ts';
import { type LayerRow, mapsOf, rowsOf } from './layers.ts';
import { type PixelTerms, pixelTerms } from './pixel-terms.ts';

export interface SelectedMap {
  row: LayerRow;
  /** Channel. */
  map: number;
  /** The selected pixel. */
  cell: readonly [row: number, column: number];
  /** The value of the selected pixel. */
  value: number;
}

export function selectedMap({ state, model, activations }: Explorer): SelectedMap {
  const rows = rowsOf(model.network);
  let index = Math.min(state.layer, rows.length - 1);
  // The maps of a strip cannot be selected. The input has maps.
  while (rows[index].shown === 0) index -= 1;
  const row = rows[index];
  const { height, width } = mapsOf(row);
  const map = Math.min(state.map, row.shown - 1);
  const cell = [Math.min(state.cell[0], height - 1), Math.min(state.cell[1], width - 1)] as const;
  return { row, map, cell, value: activations[index][(map * height + cell[0]) * width + cell[1]] };
}

/** Returns the terms of the selected pixel; undefined for a pixel of the network's input. */
export function selectedPixelTerms(explorer: Explorer): PixelTerms | undefined {
  const { row, map, cell } = selectedMap(explorer);
  const { network, weights } = explorer.model;
  return pixelTerms({ network, weights, activations: explorer.activations, row: row.index, map, cell });
}
