/** @file Vega-Lite specifications → pictures, in the report's look. */
import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { MODEL_NAMES } from '../model/zoo.ts';
import { raw } from './markup.ts';
import { PICTURE_WIDTH, type Picture } from './picture.ts';
import { COLOURS, FONT } from './theme.ts';

const TEXT = 13;

const config: Config = {
  font: FONT,
  // A picture has one description; readers of screens get tables for the rest.
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
  // Beside labels of four digits, wherever Vega believes that they end.
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

/** Scales of the field `model`: colour, dashes and shape say the same, so that one of them is enough to tell models apart. */
export function modelScales(models: readonly string[]) {
  const pick = <T>(values: readonly T[]) =>
    models.map((model) => values[Math.max(0, names.indexOf(model)) % values.length]);
  return {
    colour: { domain: [...models], range: pick([COLOURS.vermillion, COLOURS.green, COLOURS.blue]) },
    dash: {
      domain: [...models],
      range: pick([
        [6, 3],
        [2, 2],
        [1, 0],
      ]),
    },
    shape: { domain: [...models], range: pick(['triangle-up', 'square', 'circle']) },
  };
}

/**
 * The frame of a chart with two axes: its plot, and the room around it for axes and legend. Vega would guess that from
 * the number of letters, since it cannot measure them here.
 */
export function frame(height: number) {
  const padding = { left: 56, right: 12, top: 30, bottom: 46 };
  return {
    autosize: 'none' as const,
    padding,
    width: PICTURE_WIDTH - padding.left - padding.right,
    height,
  };
}

/** Draws a specification. */
export async function chart(
  heading: Pick<Picture, 'name' | 'title' | 'subtitle' | 'description'>,
  spec: TopLevelSpec,
): Promise<Picture> {
  const view = new View(parse(compile(spec, { config }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const [root = '', width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"[^>]*>/.exec(svg) ?? [];
  const content = raw(svg.slice(root.length, -'</svg>'.length));
  return { ...heading, width: Number(width), height: Number(height), content };
}
