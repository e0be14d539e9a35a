/** @file Lines in figure 4 from the input maps to the selected feature map. Their width shows the contribution to the selected pixel. */
import { maxAbs, type Palette, signed } from '../canvas/colour.ts';
import { currentTheme } from '../canvas/theme.ts';

/** Start points and end point of the lines, in CSS pixels from the corner of the figure. */
interface Connections {
  size: { width: number; height: number };
  starts: (readonly [x: number, y: number])[];
  end: readonly [x: number, y: number];
}

/** Returns lines from the bottom of each source to the top of the target. */
export function connectionsOf(
  container: HTMLElement,
  sources: readonly HTMLElement[],
  target: HTMLElement,
): Connections {
  const size = container.getBoundingClientRect();
  const centre = ({ left, width }: DOMRect) => left + width / 2 - size.left;
  const starts = sources.map((source) => {
    const box = source.getBoundingClientRect();
    return [centre(box), box.bottom - size.top] as const;
  });
  const end = target.getBoundingClientRect();
  return { size, starts, end: [centre(end), end.top - size.top] };
}

/** @param contributions one per line; the sign sets the colour */
export function drawConnections(
  canvas: HTMLCanvasElement,
  { size, starts, end }: Connections,
  contributions: readonly number[],
): void {
  const scale = devicePixelRatio;
  const [width, height] = [size.width, size.height].map((pixels) => Math.round(pixels * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const max = maxAbs(contributions) || 1;
  const palette = signed(1);
  const [x1, y1] = end;
  for (const [i, [x0, y0]] of starts.entries()) {
    const relative = (contributions[i] ?? 0) / max;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
    context.lineWidth = 0.75 + 3.25 * Math.abs(relative);
    context.strokeStyle = Math.abs(relative) < 0.02 ? currentTheme().line : strongColour(palette, relative);
    context.stroke();
  }
}

/** Returns a strong colour of the same sign, because the palette's colours of small values are too pale for a line. */
const strongColour = (palette: Palette, relative: number): string => {
  const packed =
    palette.colours[
      relative > 0 ? Math.round(palette.colours.length * 0.85) : Math.round(palette.colours.length * 0.15)
    ];
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
};
