/** @file Pictures that a page draws, as files for a picker. */
import type { Page } from 'playwright-core';

/** A rectangle or an ellipse. Lengths are shares of the picture's size. */
interface Shape {
  colour: string;
  left: number;
  top: number;
  width: number;
  height: number;
  isRound?: boolean;
}

interface Drawing {
  width: number;
  height: number;
  background: string;
  shapes?: readonly Shape[];
  /** Defaults to PNG. */
  type?: 'image/png' | 'image/jpeg';
}

/** The trunk and the sleeves of a T-shirt. */
const shirtOf = (colour: string): Shape[] => [
  { colour, left: 0.38, top: 0.25, width: 0.24, height: 0.55 },
  { colour, left: 0.28, top: 0.25, width: 0.44, height: 0.15 },
];

/** A T-shirt on a grey wall. The photo pipeline finds it. */
export const SHIRT: Drawing = {
  width: 4000,
  height: 3000,
  background: '#b9b4ab',
  shapes: [...shirtOf('#7d2338'), { colour: '#96324a', left: 0.42, top: 0.4, width: 0.16, height: 0.1 }],
  type: 'image/jpeg',
};

/** A T-shirt that is hard to tell from the wall. The model recognizes it, but its outline is unreliable. */
export const FAINT_SHIRT: Drawing = {
  width: 400,
  height: 300,
  background: '#b9b4ab',
  shapes: shirtOf('#b6b1a8'),
};

/** A picture without a garment. */
export const WALL: Drawing = { width: 300, height: 300, background: '#888888' };

/** A ball, whose outline is rounder than that of any garment. */
export const BALL: Drawing = {
  width: 300,
  height: 300,
  background: '#f0f0f0',
  shapes: [{ colour: '#20304f', left: 0.25, top: 0.25, width: 0.5, height: 0.5, isRound: true }],
};

/** A cross, which is no garment. */
export const CROSS: Drawing = {
  width: 300,
  height: 300,
  background: '#f0f0f0',
  shapes: [
    { colour: '#20304f', left: 0.4, top: 0.1, width: 0.2, height: 0.8 },
    { colour: '#20304f', left: 0.1, top: 0.4, width: 0.8, height: 0.2 },
  ],
};

/** Draws a picture in a page. @returns a file for `setInputFiles` */
export async function drawFile(page: Page, name: string, drawing: Drawing) {
  const bytes = await page.evaluate(
    async ({ width, height, background, shapes = [], type = 'image/png' }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.scale(width, height);
      context.fillStyle = background;
      context.fillRect(0, 0, 1, 1);
      for (const { colour, isRound, ...box } of shapes) {
        context.fillStyle = colour;
        context.beginPath();
        const [x, y, w, h] = [box.left, box.top, box.width, box.height];
        if (isRound) context.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
        else context.rect(x, y, w, h);
        context.fill();
      }
      const blob = await canvas.convertToBlob({ type, quality: 0.9 });
      return new Uint8Array(await blob.arrayBuffer()).reduce(
        (text, byte) => text + String.fromCharCode(byte),
        '',
      );
    },
    drawing,
  );
  return { name, mimeType: drawing.type ?? 'image/png', buffer: Buffer.from(bytes, 'latin1') };
}
