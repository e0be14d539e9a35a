/** @file Lines from maps to the map that was made of them, as strong as their shares in the chosen pixel. */
import { largest, type Palette, signed } from '../canvas/colour.ts';
import { themeNow } from '../canvas/theme.ts';

/** Where lines begin and end, in pixels of the page from the corner of the figure. */
interface Course {
  size: { width: number; height: number };
  starts: (readonly [x: number, y: number])[];
  end: readonly [x: number, y: number];
}

export function courseOf(where: HTMLElement, makers: readonly HTMLElement[], made: HTMLElement): Course {
  const size = where.getBoundingClientRect();
  const middle = ({ left, width }: DOMRect) => left + width / 2 - size.left;
  const starts = makers.map((maker) => {
    const box = maker.getBoundingClientRect();
    return [middle(box), box.bottom - size.top] as const;
  });
  const end = made.getBoundingClientRect();
  return { size, starts, end: [middle(end), end.top - size.top] };
}

/** @param shares one for each start; their signs are the colours */
export function drawLinks(
  canvas: HTMLCanvasElement,
  { size, starts, end }: Course,
  shares: readonly number[],
): void {
  const scale = devicePixelRatio;
  const [width, height] = [size.width, size.height].map((pixels) => Math.round(pixels * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const most = largest(shares) || 1;
  const palette = signed(1);
  const [x1, y1] = end;
  for (const [i, [x0, y0]] of starts.entries()) {
    const share = (shares[i] ?? 0) / most;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
    context.lineWidth = 0.75 + 3.25 * Math.abs(share);
    context.strokeStyle = Math.abs(share) < 0.02 ? themeNow().line : strongColour(palette, share);
    context.stroke();
  }
}

/** Of a line: never as pale as a small share would be. */
const strongColour = (palette: Palette, share: number): string => {
  const packed =
    palette.colours[
      share > 0 ? Math.round(palette.colours.length * 0.85) : Math.round(palette.colours.length * 0.15)
    ];
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
};
