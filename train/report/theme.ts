/**
 * @file The report's colours for light and dark screens.
 *
 * Figures carry the light colours as plain attributes, which every viewer shows. A style sheet replaces each by its dark partner where the
 * reader prefers dark colours; CSS rules override presentation attributes.
 */

/** [light colour, dark colour]. The hues are Okabe and Ito's, which colour-blind readers can distinguish. */
const PAIRS = {
  page: ['#f4f6f8', '#0e1013'],
  surface: ['#ffffff', '#16191d'],
  ink: ['#1b1f24', '#e9ecef'],
  muted: ['#59636e', '#9da7b3'],
  line: ['#d5dae0', '#363d46'],
  blue: ['#0072b2', '#56b4e9'],
  vermillion: ['#c84e00', '#ff9457'],
  green: ['#007f5b', '#3ccf9f'],
  purple: ['#a3467b', '#e39ac4'],
  // Fill of cells with text, at any opacity. On a light page, dark text is readable at every opacity.
  warm: ['#ee8033', '#ff9457'],
  cool: ['#4aa0de', '#56b4e9'],
  inkOnFull: ['#1b1f25', '#16191d'],
} as const;

type Colour = keyof typeof PAIRS;

/** The light colours by name. Figures are drawn in these. */
export const COLOURS = Object.fromEntries(Object.entries(PAIRS).map(([name, [light]]) => [name, light])) as {
  readonly [name in Colour]: string;
};

/** Opacity of a cell at which both text colours are equally readable on a dark screen. */
const FULL = 0.63;

/** Returns the text colour for a warm or cool cell of this opacity. */
export const inkOn = (opacity: number): string => (opacity > FULL ? COLOURS.inkOnFull : COLOURS.ink);

export const FONT = 'system-ui, sans-serif';

const properties = (partner: 0 | 1): string =>
  Object.entries(PAIRS)
    .map(([name, pair]) => `--${name}: ${pair[partner]};`)
    .join(' ');

/** CSS custom properties `--<colour>` for the page. */
export const PAGE_COLOURS = `:root { ${properties(0)} }
@media (prefers-color-scheme: dark) { :root { ${properties(1)} } }`;

/** CSS that gives figures their dark colours. */
export const FIGURE_STYLE = `@media (prefers-color-scheme: dark) {
${Object.values(PAIRS)
  .flatMap(([light, dark]) =>
    ['fill', 'stroke'].map((paint) => `svg [${paint}="${light}"] { ${paint}: ${dark}; }`),
  )
  .join('\n')}
}`;
