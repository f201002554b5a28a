// Gathers the polygons of a file and makes triangles of them once all vertices are known, since files may refer ahead.

import type { RealArray } from '../backend/index.ts';
import { Integers } from './growing.ts';
import type { MeshData } from './meshData.ts';
import type { Fail } from './place.ts';
import { triangulate } from './triangulate.ts';

export class Polygons {
  readonly #failAt: Fail;
  readonly #corners = new Integers();
  readonly #uvCorners = new Integers();
  /** Where the corners of each polygon end. */
  readonly #ends = new Integers();
  readonly #materials = new Integers();
  readonly #places = new Integers();

  constructor(failAt: Fail) {
    this.#failAt = failAt;
  }

  /** One more corner of the polygon that is being read: a vertex and a texture coordinate, from 0; −1 = no coordinate. */
  corner(vertex: number, uv = -1): void {
    this.#corners.push(vertex);
    this.#uvCorners.push(uv);
  }

  /**
   * Ends the polygon. One of fewer than three corners, which exporters leave behind where edges collapsed, draws nothing; it counts
   * only in that its indices are checked.
   *
   * @param place where it is in the file, for errors.
   */
  close(place: number, material = -1): void {
    this.#ends.push(this.#corners.length);
    this.#materials.push(material);
    this.#places.push(place);
  }

  /** @throws FileError where a polygon refers to what the file does not have. */
  finish(vertices: RealArray, uvCount: number): Pick<MeshData, 'faces' | 'uvFaces' | 'faceMaterials'> {
    const [corners, uvCorners] = [this.#corners.finish(), this.#uvCorners.finish()];
    const [ends, materials] = [this.#ends.finish(), this.#materials.finish()];
    this.#check(corners, ends, vertices.length / 3, 'vertex', 'vertices');
    this.#check(uvCorners, ends, uvCount, 'texture coordinate', 'texture coordinates');
    if (ends.every((end, polygon) => end === 3 * (polygon + 1))) {
      return { faces: corners, uvFaces: uvCorners, faceMaterials: materials };
    }

    const sizes = ends.map((end, polygon) => end - (polygon > 0 ? ends[polygon - 1] : 0));
    const faceCount = sizes.reduce((sum, size) => sum + Math.max(size - 2, 0), 0);
    const positions = new Int32Array(3 * faceCount);
    const faceMaterials = new Int32Array(faceCount);
    let face = 0;
    for (let polygon = 0; polygon < ends.length; polygon++) {
      const size = sizes[polygon];
      if (size < 3) continue;
      triangulate(vertices, corners, ends[polygon] - size, size, positions, 3 * face);
      faceMaterials.fill(materials[polygon], face, face + size - 2);
      face += size - 2;
    }
    return {
      faces: positions.map((position) => corners[position]),
      uvFaces: positions.map((position) => uvCorners[position]),
      faceMaterials,
    };
  }

  #check(indices: Int32Array, ends: Int32Array, count: number, one: string, many: string): void {
    const position = indices.findIndex((index) => index >= count);
    if (position < 0) return;
    const polygon = ends.findIndex((end) => end > position);
    this.#failAt(
      this.#places.get(polygon),
      `face refers to ${one} ${indices[position] + 1}, but the file has ${count} ${many}`,
    );
  }
}
