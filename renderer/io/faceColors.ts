// Materials for the colours that OFF and PLY files give to faces: one for each distinct colour.

import type { Material } from '../mesh/mesh.ts';
import { linearOfFile } from './colorSpace.ts';

export class FaceColors {
  readonly materials: Material[] = [];
  readonly #indices = new Map<string, number>();

  /** Index of the material of an sRGB colour in 0 … 1. */
  material(red: number, green: number, blue: number, opacity = 1): number {
    const rgba = [red, green, blue, opacity].map((value) => Math.min(Math.max(value, 0), 1));
    const name = `#${rgba
      .map((value) =>
        Math.round(255 * value)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
    const known = this.#indices.get(name);
    if (known !== undefined) return known;
    const diffuse: Material['diffuse'] = [
      linearOfFile(rgba[0]),
      linearOfFile(rgba[1]),
      linearOfFile(rgba[2]),
    ];
    this.#indices.set(name, this.materials.length);
    return this.materials.push({ name, diffuse, opacity: rgba[3] }) - 1;
  }
}
