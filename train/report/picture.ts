/** @file A picture of the report: drawn once, shown in the page and kept as an SVG file. */
import { type Markup, markup, raw } from './markup.ts';
import { COLOURS, FONT, PICTURE_STYLE } from './theme.ts';

/** In CSS pixels: about a phone's width, so that letters stay readable there and two pictures fit on a desk. */
export const PICTURE_WIDTH = 400;

export interface Picture {
  /** Of its file, without `.svg`. */
  name: string;
  title: string;
  subtitle: string;
  /** What it shows, for those who do not see it. */
  description: string;
  /** In CSS pixels, as is the height; neither includes the title. */
  width: number;
  height: number;
  /** SVG elements. */
  content: Markup;
}

const HEADING = 54;
const MARGIN = 8;

/** The picture as part of a page that has `PICTURE_STYLE`. */
export const inlineSvg = (picture: Picture): Markup => svg(picture, raw(''));

/** The picture as a file of its own. */
export const svgFile = (picture: Picture): string =>
  `${svg(picture, markup`<style>${raw(PICTURE_STYLE)}</style>`)}\n`;

function svg({ title, subtitle, description, content, ...picture }: Picture, style: Markup): Markup {
  const width = picture.width + 2 * MARGIN;
  const height = picture.height + HEADING + 2 * MARGIN;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img" aria-label="${title}. ${description}">${style}
<rect width="${width}" height="${height}" fill="${COLOURS.surface}"/>
<g transform="translate(${MARGIN},${MARGIN})">
<text y="15" font-size="16" font-weight="600" fill="${COLOURS.ink}">${title}</text>
<text y="36" font-size="13" fill="${COLOURS.muted}">${subtitle}</text>
<g transform="translate(0,${HEADING})">${content}</g>
</g></svg>`;
}
