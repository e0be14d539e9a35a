/** @file Renders Vega-Lite specifications as figures in the report's style. */
import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { MODEL_NAMES } from '../model/zoo.ts';
import { FIGURE_WIDTH, type Figure } from './figure.ts';
import { raw } from './markup.ts';
import { COLOURS, FONT } from './theme.ts';

const TEXT = 13;

const config: Config = {
  font: FONT,
  // The figure has one description, and the page has tables. Labels on every mark would only add noise for screen readers.
  aria: false,
  background: 'transparent',
  padding: 0,
  view: { stroke: null },
  axis: {
    labelFontSize: TEXT,
    titleFontSize: TEXT,
    titleFontWeight: 'normal',
    labelColor: COLOURS.muted,
    titleColor: COLOURS.muted,
    gridColor: COLOURS.line,
    domainColor: COLOURS.line,
    tickColor: COLOURS.line,
    titlePadding: 8,
    labelFlush: false,
  },
  // A fixed place beside labels of four digits. Vega cannot measure text here.
  axisY: { titleX: -41 },
  legend: {
    orient: 'top',
    title: null,
    labelFontSize: TEXT,
    labelColor: COLOURS.ink,
    symbolSize: 110,
    symbolStrokeWidth: 0,
    symbolOpacity: 1,
    padding: 0,
    offset: 12,
  },
  title: { anchor: 'start', fontSize: TEXT, fontWeight: 'normal', color: COLOURS.muted, offset: 6 },
  text: { fontSize: TEXT, color: COLOURS.ink },
};

const names: readonly string[] = MODEL_NAMES;

/** Returns scales of the field `model`. Colour, dashes and shape are redundant: each of them alone distinguishes the models. */
export function modelScales(models: readonly string[]) {
  const pick = <T>(values: readonly T[]) =>
    models.map((model) => values[Math.max(0, names.indexOf(model)) % values.length]);
  return {
    colour: {
      domain: [...models],
      range: pick([COLOURS.vermillion, COLOURS.green, COLOURS.blue, COLOURS.purple]),
    },
    dash: {
      domain: [...models],
      range: pick([
        [6, 3],
        [2, 2],
        [1, 0],
        [8, 2, 2, 2],
      ]),
    },
    shape: { domain: [...models], range: pick(['triangle-up', 'square', 'circle', 'diamond']) },
  };
}

/**
 * Returns the size of a chart with two axes: the plot and fixed padding for axes and legend. Vega cannot measure text here and would
 * guess the padding from the number of letters.
 */
export function frame(height: number) {
  const padding = { left: 56, right: 12, top: 30, bottom: 46 };
  return {
    autosize: 'none' as const,
    padding,
    width: FIGURE_WIDTH - padding.left - padding.right,
    height,
  };
}

/** Renders a specification. */
export async function chart(
  heading: Pick<Figure, 'name' | 'title' | 'subtitle' | 'description'>,
  spec: TopLevelSpec,
): Promise<Figure> {
  const view = new View(parse(compile(spec, { config }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const [root = '', width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"[^>]*>/.exec(svg) ?? [];
  const content = raw(svg.slice(root.length, -'</svg>'.length));
  return { ...heading, width: Number(width), height: Number(height), content };
}
