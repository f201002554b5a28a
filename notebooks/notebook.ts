// What the notebooks share: where the data are, and pictures below a cell. In Jupyter (Deno) pictures appear in place; run as a
// script they become PNG files in notebooks/pictures/.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { encodePng, linearToSrgb } from '../renderer/index.ts';
import { atomicWrite } from '../renderer/io/atomicWrite.ts';

/** Path of a file that comes with the package: `dataPath('furniture-meshes/chair.obj')`. */
export const dataPath = (file: string): string => fileURLToPath(new URL(`../data/${file}`, import.meta.url));

/** A picture: [H, W, 3] linear colours, or [H, W] grey; with `signed`, [H, W] in orange (above zero) and blue (below). */
export interface Panel {
  title: string;
  values: { shape: number[]; data: ArrayLike<number> };
  signed?: boolean;
}

interface Jupyter {
  display(content: Record<string, unknown>, options: { raw: boolean }): Promise<void>;
}

/** Draws panels side by side, each enlarged to about `side` pixels. The titles are printed, as the picture has no letters. */
export async function show(name: string, panels: readonly Panel[], side = 192): Promise<void> {
  const gap = 8;
  const width = panels.length * side + (panels.length - 1) * gap;
  const bytes = new Uint8Array(side * width * 4).fill(255);
  panels.forEach((panel, p) => {
    const colorAt = painter(panel);
    const [rows, columns] = panel.values.shape;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const pixel = Math.floor((y * rows) / side) * columns + Math.floor((x * columns) / side);
        bytes.set(colorAt(pixel), 4 * (y * width + p * (side + gap) + x));
      }
    }
  });
  const png = await encodePng(ndarray(bytes, [side, width, 4]));
  console.log(`${name}: ${panels.map(({ title }) => title).join(' | ')}`);
  const { jupyter } = (globalThis as { Deno?: { jupyter?: Jupyter } }).Deno ?? {};
  if (jupyter) {
    await jupyter.display({ 'image/png': Buffer.from(png).toString('base64') }, { raw: true });
    return;
  }
  const folder = fileURLToPath(new URL('pictures/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  await atomicWrite(`${folder}${name.replaceAll(/\W+/g, '-')}.png`, png);
}

/** sRGB bytes of a pixel of a panel. */
function painter({ values: { shape, data }, signed }: Panel): (pixel: number) => number[] {
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  if (shape.length === 3) {
    return (pixel) => [0, 1, 2].map((c) => byte(linearToSrgb(data[shape[2] * pixel + c])));
  }
  if (!signed) return (pixel) => new Array(3).fill(byte(1 - 0.85 * data[pixel]));
  const largest = Math.max(1e-12, ...Array.from(data, Math.abs));
  const positive = [0.8, 0.35, 0.05];
  const negative = [0.1, 0.4, 0.75];
  return (pixel) => {
    const share = Math.sqrt(Math.abs(data[pixel]) / largest);
    const hue = data[pixel] >= 0 ? positive : negative;
    return hue.map((channel) => byte(1 - share * (1 - channel)));
  };
}

/** A line from one place of a picture to another, in shares of its width and height from the top left, ending in a head. */
export interface Arrow {
  from: [number, number];
  to: [number, number];
}

/** A copy of a picture, enlarged to `side` pixels, with arrows of one linear colour over it. */
export function withArrows(
  { shape: [rows, columns, channels], data }: Panel['values'],
  arrows: readonly Arrow[],
  color: readonly number[],
  side = 384,
): Panel['values'] {
  const values = Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / (3 * side))];
    const pixel = Math.floor((y * rows) / side) * columns + Math.floor((x * columns) / side);
    return channels === undefined ? 1 - 0.5 * data[pixel] : data[channels * pixel + (i % 3)];
  });
  const dot = (x: number, y: number) => {
    const [column, row] = [Math.round(x * side - 0.5), Math.round(y * side - 0.5)];
    if (column >= 0 && column < side && row >= 0 && row < side) values.set(color, 3 * (row * side + column));
  };
  const line = ([x0, y0]: readonly number[], [x1, y1]: readonly number[]) => {
    const steps = Math.ceil(2 * side * Math.hypot(x1 - x0, y1 - y0)) + 1;
    for (let i = 0; i <= steps; i++) dot(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps);
  };
  for (const { from, to } of arrows) {
    line(from, to);
    const [dx, dy] = [from[0] - to[0], from[1] - to[1]];
    // Two short strokes at ±25° back from the tip.
    for (const turn of [0.43, -0.43]) {
      const [cosine, sine] = [0.3 * Math.cos(turn), 0.3 * Math.sin(turn)];
      line(to, [to[0] + cosine * dx - sine * dy, to[1] + sine * dx + cosine * dy]);
    }
  }
  return { shape: [side, side, 3], data: values };
}

/** A tensor as a panel's values, without its leading dimensions of 1. */
export function valuesOf(tensor: { shape: number[]; dataSync(): ArrayLike<number> }): Panel['values'] {
  const shape = tensor.shape.slice(tensor.shape.findIndex((size) => size !== 1));
  return { shape, data: tensor.dataSync() };
}
