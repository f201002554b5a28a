// Derivatives of attributes over the picture: against differences between points of one face, and their own gradients against
// finite differences, all in double precision.

import { describe, expect, it } from 'vitest';
import type { AttributeRows, Fragments, Picture, Scene } from '../../../renderer/index.ts';
import { pixelDerivatives, pixelDerivativesBackward } from '../../../renderer/kernels/pixelDerivatives.ts';
import { interpolate } from '../../../renderer/kernels/reference/fragments.ts';

const channels = 2;
const start = {
  // Two faces that share an edge, seen in perspective.
  positions: [-0.9, -0.7, -1.5, 1.5, 1.1, -0.8, -2, 2, 0.2, 1.4, -2.5, 2.5, -1.8, 1.2, -1.9, 1.9],
  values: [0.1, 0.9, 0.7, 0.2, 0.4, 0.6, 0.95, 0.05],
};
type Inputs = typeof start;

function setup(inputs: Inputs, stride: 3 | 4, perspectiveCorrect: boolean) {
  const positions = Float64Array.from(inputs.positions).filter((_, i) => stride === 4 || i % 4 < 3);
  const scene: Scene = {
    positions,
    stride,
    faces: Int32Array.of(0, 1, 2, 0, 2, 3),
    items: [{ vertexStart: 0, vertexCount: 4, faceStart: 0, faceCount: 2 }],
  };
  const picture: Picture = { width: 40, height: 30, perspectiveCorrect, cull: false, near: 1e-6 };
  const attributes: AttributeRows = {
    values: Float64Array.from(inputs.values),
    channels,
    indices: Int32Array.of(0, 1, 2, 0, 2, 3),
    rowStarts: [0],
  };
  return { scene, picture, attributes };
}

/** Weights at image points of given faces, as functions of positions. */
function fragmentsAt(
  points: { face: number; x: number; y: number }[],
  { scene, picture }: ReturnType<typeof setup>,
): Fragments {
  const { positions, stride, faces } = scene;
  const weights = points.flatMap(({ face, x, y }) => {
    const corners = [0, 1, 2].map((k) => stride * faces[3 * face + k]);
    const w = corners.map((at) => (stride === 4 ? positions[at + 3] : 1));
    const px = corners.map((at, k) => positions[at] / w[k]);
    const py = corners.map((at, k) => positions[at + 1] / w[k]);
    const share = (k: number) => {
      const [a, b] = [(k + 1) % 3, (k + 2) % 3];
      const area = (px[a] - x) * (py[b] - y) - (px[b] - x) * (py[a] - y);
      return picture.perspectiveCorrect ? area / w[k] : area;
    };
    const shares = [share(0), share(1), share(2)];
    const sum = shares[0] + shares[1] + shares[2];
    return shares.map((value) => value / sum);
  });
  const faceOf = Int32Array.from(points, ({ face }) => face);
  return {
    faces: faceOf,
    weights: Float64Array.from(weights),
    pixels: new Int32Array(points.length),
    itemStarts: Int32Array.of(0, points.length),
  };
}

const points = [
  { face: 0, x: 0.1, y: -0.1 },
  { face: 0, x: -0.1, y: -0.2 },
  { face: 1, x: -0.5, y: 0.2 },
];

const cases = [
  ['homogeneous', 4, true],
  ['linear in the picture', 4, false],
  ['divided', 3, true],
] as const;

function rowsAndDepths(inputs: Inputs, stride: 3 | 4, perspectiveCorrect: boolean, at = points) {
  const all = setup(inputs, stride, perspectiveCorrect);
  const fragments = fragmentsAt(at, all);
  const rows = new Float64Array(at.length * channels);
  interpolate(all.scene, fragments, all.attributes, rows);
  const homogeneous = stride === 4 && perspectiveCorrect;
  const depths = homogeneous ? new Float64Array(at.length) : undefined;
  if (depths) {
    const values = Float64Array.from([0, 1, 2, 3], (v) => all.scene.positions[4 * v + 3]);
    interpolate(
      all.scene,
      fragments,
      { values, channels: 1, indices: all.scene.faces, rowStarts: [0] },
      depths,
    );
  }
  return { ...all, fragments, rows, depths };
}

describe('pixelDerivatives', () => {
  it.each(cases)('are the slopes of attributes over the picture: %s', (_, stride, perspectiveCorrect) => {
    const { scene, picture, attributes, fragments, rows, depths } = rowsAndDepths(
      start,
      stride,
      perspectiveCorrect,
    );
    const output = new Float64Array(rows.length * 2);
    pixelDerivatives(scene, picture, fragments, { attributes, rows, depths }, output);
    const h = 1e-6;
    for (const [axis, pixel] of [2 / picture.width, 2 / picture.height].entries()) {
      const moved = (sign: number) =>
        rowsAndDepths(
          start,
          stride,
          perspectiveCorrect,
          points.map(({ face, x, y }) => ({
            face,
            x: x + (axis === 0 ? sign * h * pixel : 0),
            y: y + (axis === 1 ? sign * h * pixel : 0),
          })),
        ).rows;
      const [after, before] = [moved(1), moved(-1)];
      rows.forEach((_value, i) => {
        expect(output[2 * i + axis]).toBeCloseTo((after[i] - before[i]) / (2 * h), 8);
      });
    }
  });

  it.each(cases)(
    'pass gradients to everything that they are made of: %s',
    (_, stride, perspectiveCorrect) => {
      // As functions of the five inputs apart; the weights stay as they are.
      const fixed = rowsAndDepths(start, stride, perspectiveCorrect);
      const upstream = Float64Array.from({ length: fixed.rows.length * 2 }, (_, i) => Math.sin(3 * i + 1));
      const inputs = {
        positions: Float64Array.from(fixed.scene.positions),
        values: Float64Array.from(fixed.attributes.values),
        rows: Float64Array.from(fixed.rows),
        ...(fixed.depths && { depths: Float64Array.from(fixed.depths) }),
      };
      const evaluate = (at: typeof inputs) => {
        const output = new Float64Array(upstream.length);
        pixelDerivatives(
          { ...fixed.scene, positions: at.positions },
          fixed.picture,
          fixed.fragments,
          { attributes: { ...fixed.attributes, values: at.values }, rows: at.rows, depths: at.depths },
          output,
        );
        return output.reduce((sum, value, i) => sum + value * upstream[i], 0);
      };
      const zero = (array?: Float64Array) => new Float64Array(array?.length ?? 0);
      const gradients = {
        positions: zero(inputs.positions),
        attributes: zero(inputs.values),
        rows: zero(inputs.rows),
        ...(inputs.depths && { depths: zero(inputs.depths) }),
      };
      const { scene, picture, fragments, attributes, rows, depths } = fixed;
      pixelDerivativesBackward(scene, picture, fragments, { attributes, rows, depths }, upstream, gradients);
      const named = { ...gradients, values: gradients.attributes } as Record<string, Float64Array>;
      for (const [name, array] of Object.entries(inputs)) {
        array.forEach((value, i) => {
          const h = 1e-5;
          const at = (moved: number) =>
            evaluate({ ...inputs, [name]: array.with(i, moved) } as typeof inputs);
          const slope = (at(value + h) - at(value - h)) / (2 * h);
          expect(named[name][i], `${name}[${i}]`).toBeCloseTo(slope, 7);
        });
      }
    },
  );

  it('are 0 on faces without a plane', () => {
    const flat = {
      ...start,
      positions: start.positions.map((value, i) => (i >= 4 && i < 12 ? start.positions[i % 4] : value)),
    };
    const { scene, picture, attributes } = setup(flat, 4, true);
    const fragments = { ...fragmentsAt(points.slice(0, 1), setup(start, 4, true)) };
    const output = new Float64Array(4);
    const rows = Float64Array.of(0.5, 0.5);
    pixelDerivatives(scene, picture, fragments, { attributes, rows, depths: Float64Array.of(1) }, output);
    expect([...output]).toEqual([0, 0, 0, 0]);
  });
});
