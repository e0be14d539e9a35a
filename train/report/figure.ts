/** @file A figure of the report. It is drawn once, shown in the page and saved as an SVG file. */
import { type Markup, markup, raw } from './markup.ts';
import { COLOURS, FIGURE_STYLE, FONT } from './theme.ts';

/** Width in CSS pixels. A phone shows a figure at about this size, with readable text; a desktop page shows two in a row. */
export const FIGURE_WIDTH = 400;

export interface Figure {
  /** Name of the SVG file, without `.svg`. */
  name: string;
  title: string;
  subtitle: string;
  /** Text alternative for readers who do not see the figure. */
  description: string;
  /** Size of `content` in CSS pixels, without the title. */
  width: number;
  height: number;
  /** SVG elements. */
  content: Markup;
}

const HEADING = 54;
const MARGIN = 8;

/** Renders the figure for a page that includes `FIGURE_STYLE`. */
export const inlineSvg = (figure: Figure): Markup => svg(figure, raw(''));

/** Renders the figure as an SVG file. */
export const svgFile = (figure: Figure): string =>
  `${svg(figure, markup`<style>${raw(FIGURE_STYLE)}</style>`)}\n`;

function svg({ title, subtitle, description, content, ...figure }: Figure, style: Markup): Markup {
  const width = figure.width + 2 * MARGIN;
  const height = figure.height + HEADING + 2 * MARGIN;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img" aria-label="${title}. ${description}">${style}
<rect width="${width}" height="${height}" fill="${COLOURS.surface}"/>
<g transform="translate(${MARGIN},${MARGIN})">
<text y="15" font-size="16" font-weight="600" fill="${COLOURS.ink}">${title}</text>
<text y="36" font-size="13" fill="${COLOURS.muted}">${subtitle}</text>
<g transform="translate(0,${HEADING})">${content}</g>
</g></svg>`;
}
