// The hand-made gradient of Kato, Ushiku and Harada, Neural 3D Mesh Renderer, CVPR 2018 (arXiv 1711.07566), as their code has it:
// hiroharu-kato/neural_renderer, neural_renderer/rasterize.py, backward_pixel_map_gpu.
//
// Let an edge of a face cross a scanline at c, the pixel before it, on the face's side, show I_in and the one after it I_out. A vertex
// that moved the crossing up to pixel d would give d the colour of the other side. If that lowers the loss to first order,
//     m = Σ_c (I_d − I_in) · ∂L/∂I_d > 0      for pixels d from the crossing to the picture's border (the "out" pass),
//     m = Σ_c (I_d − I_out) · ∂L/∂I_d > 0     for the face's own pixels d on the scanline (the "in" pass),
// it is taken for the difference quotient over the way the vertex would have to go. With the edge from p_0 to p_1, s the
// scanline's coordinate across and t = (s − p_0) / (p_1 − p_0),
//     ∂L/∂p_0 −= m / ((d − c) / (1 − t) ± ε),     ∂L/∂p_1 −= m / ((d − c) / t ± ε),
// distances in image-plane units, ε added away from 0. Moves that raise the loss (m ≤ 0) count for nothing. The out pass asks that
// the face is seen at the pixel before the crossing; what lies between the crossing and d does not matter. Columns move vertices in y,
// rows in x. Faces seen from behind are taken with their corners in reverse, as the code's `fill_back` does.

import type { ScanlineGradientOptions } from '../scanlineGradient.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { doubledArea, isDegenerate, type Triangle, triangleOf } from './triangle.ts';

/** The picture as scanlines: columns, counted along y, or rows, counted along x; pixels are counted along the axis. */
interface Scanlines {
  moves: 'x' | 'y';
  count: number;
  length: number;
  pixel(scanline: number, d: number): number;
}

export function scanlineGradient(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  colors: RealArray,
  upstream: RealArray,
  { eps }: ScanlineGradientOptions,
  positionGradient: RealArray,
): void {
  const { width, height } = picture;
  const channels = colors.length / visible.faces.length;
  const columns: Scanlines = {
    moves: 'y',
    count: width,
    length: height,
    pixel: (column, d) => (height - 1 - d) * width + column,
  };
  const rows: Scanlines = {
    moves: 'x',
    count: height,
    length: width,
    pixel: (row, d) => (height - 1 - row) * width + d,
  };

  scene.items.forEach((item, b) => {
    const start = b * width * height;
    for (let face = 0; face < item.faceCount; face++) {
      const triangle = frontTriangle(scene, item, face, picture);
      if (!triangle) continue;
      for (const lines of [columns, rows]) {
        for (let k = 0; k < 3; k++) crossLines(face, triangle, k, (k + 1) % 3, lines, start);
      }
    }
  });

  function crossLines(
    face: number,
    triangle: Triangle,
    from: number,
    to: number,
    { moves, count, length, pixel }: Scanlines,
    start: number,
  ): void {
    const inLines = (value: number, size: number) => (size * (value + 1) - 1) / 2;
    const across = moves === 'x' ? triangle.y : triangle.x;
    const along = moves === 'x' ? triangle.x : triangle.y;
    const [s0, s1] = [inLines(across[from], count), inLines(across[to], count)];
    const [d0, d1] = [inLines(along[from], length), inLines(along[to], length)];
    if (s0 === s1) return;
    // Counter-clockwise, the inside lies above an edge that goes right, and left of one that goes up.
    const outward = (moves === 'y') === s0 < s1 ? -1 : 1;

    const first = Math.max(0, Math.ceil(Math.min(s0, s1)));
    const last = Math.min(count - 1, Math.floor(Math.max(s0, s1)));
    for (let s = first; s <= last; s++) {
      const t = (s - s0) / (s1 - s0);
      const crossing = d0 + t * (d1 - d0);
      const inner = outward > 0 ? Math.floor(crossing) : Math.ceil(crossing);
      const outer = inner + outward;
      if (Math.min(inner, outer) < 0 || Math.max(inner, outer) >= length) continue;
      const inside = start + pixel(s, inner);
      const outside = start + pixel(s, outer);
      for (let d = 0; d < length; d++) {
        const at = start + pixel(s, d);
        const beyond = visible.faces[inside] === face && (d - outer) * outward >= 0;
        const gain =
          (beyond ? Math.max(0, change(at, inside)) : 0) +
          (visible.faces[at] === face ? Math.max(0, change(at, outside)) : 0);
        if (gain === 0) continue;
        const distance = ((d - crossing) * 2) / length;
        if (t < 1) move(triangle, from, moves, -gain / away(distance / (1 - t)));
        if (t > 0) move(triangle, to, moves, -gain / away(distance / t));
      }
    }
  }

  /** m: what the loss gains, to first order, where one pixel takes the colour of another. */
  function change(at: number, other: number): number {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      sum += (colors[channels * at + c] - colors[channels * other + c]) * upstream[channels * at + c];
    }
    return sum;
  }

  function away(distance: number): number {
    return distance > 0 ? distance + eps : distance - eps;
  }

  /** dL/dx or dL/dy of a corner, to its position. */
  function move({ rows: at, x, y, w }: Triangle, k: number, moves: 'x' | 'y', gradient: number): void {
    const { stride } = scene;
    positionGradient[stride * at[k] + (moves === 'x' ? 0 : 1)] += gradient / w[k];
    if (stride === 4) positionGradient[4 * at[k] + 3] -= (gradient * (moves === 'x' ? x[k] : y[k])) / w[k];
  }
}

/** A face with its corners counter-clockwise in the picture; nothing where it cannot be drawn. */
function frontTriangle(scene: Scene, item: MeshRange, face: number, { near }: Picture): Triangle | undefined {
  const triangle = triangleOf(scene, item, face, near);
  if (!triangle || isDegenerate(triangle)) return undefined;
  if (doubledArea(triangle) > 0) return triangle;
  const turned = ([a, b, c]: number[]) => [a, c, b];
  const { rows, x, y, z, w } = triangle;
  return { rows: turned(rows), x: turned(x), y: turned(y), z: turned(z), w: turned(w) };
}
