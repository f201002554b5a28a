// Small shapes, and what is done to shapes: moved, put together, coloured as under a lamp.

import { lookAt, PerspectiveCamera, type Vector3 } from '../../../renderer/camera/index.ts';
import { unitIcosphere } from '../../../renderer/mesh/index.ts';
import type { Shape } from '../view.ts';

export interface Motion {
  /** About the vertical axis through the origin. */
  turnDegrees?: number;
  scale?: number;
  shift?: Vector3;
}

/** The shape scaled, turned, then shifted. */
export function moved(shape: Shape, { turnDegrees = 0, scale = 1, shift = [0, 0, 0] }: Motion): Shape {
  const angle = (turnDegrees * Math.PI) / 180;
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const vertices = new Float64Array(shape.vertices.length);
  for (let i = 0; i < vertices.length; i += 3) {
    const [x, y, z] = shape.vertices.subarray(i, i + 3);
    vertices[i] = cos * x + sin * z + shift[0];
    vertices[i + 1] = scale * y + shift[1];
    vertices[i + 2] = cos * z - sin * x + shift[2];
  }
  return { ...shape, vertices };
}

/** Several shapes with a colour a vertex as one. */
export function together(shapes: readonly Shape[]): Shape {
  const starts = shapes.map((_, i) =>
    shapes.slice(0, i).reduce((sum, { vertices }) => sum + vertices.length / 3, 0),
  );
  return {
    vertices: Float64Array.from(shapes.flatMap(({ vertices }) => [...vertices])),
    faces: Int32Array.from(shapes.flatMap(({ faces }, i) => Array.from(faces, (v) => v + starts[i]))),
    colors: shapes.flatMap(({ colors }) => Array.from(colors)),
  };
}

/** Triangles, each with its own corners and one colour: rows of x, y, z. */
export const triangles = (corners: readonly number[], color: Vector3): Shape => ({
  vertices: Float64Array.from(corners),
  faces: Int32Array.from({ length: corners.length / 3 }, (_, i) => i),
  colors: Array.from({ length: corners.length / 3 }, () => color).flat(),
});

/** A sphere about the origin, its colours those of its normals. */
export function sphere(level: number, radius: number): Shape {
  const { vertices, topology } = unitIcosphere(level);
  return {
    vertices: vertices.map((value) => radius * value),
    faces: topology.faces,
    colors: Array.from(vertices, (value) => 0.5 + 0.4 * value),
  };
}

/** A box about the origin, turned about the axis (1, 1, 1) so that no face is seen edge-on. */
export function box([width, height, depth]: Vector3, turnDegrees: number, color: Vector3): Shape {
  const angle = (turnDegrees * Math.PI) / 180;
  // Rodrigues' rotation about (1, 1, 1)/√3: the matrix is circulant.
  const main = (1 + 2 * Math.cos(angle)) / 3;
  const next = (1 - Math.cos(angle)) / 3 - Math.sin(angle) / Math.sqrt(3);
  const last = (1 - Math.cos(angle)) / 3 + Math.sin(angle) / Math.sqrt(3);
  const vertices = new Float64Array(24);
  for (let corner = 0; corner < 8; corner++) {
    const x = ((corner & 1) - 0.5) * width;
    const y = (((corner >> 1) & 1) - 0.5) * height;
    const z = ((corner >> 2) - 0.5) * depth;
    vertices[3 * corner] = main * x + next * y + last * z;
    vertices[3 * corner + 1] = last * x + main * y + next * z;
    vertices[3 * corner + 2] = next * x + last * y + main * z;
  }
  return lit({ vertices, faces: boxFaces, colors: [] }, () => color);
}

/** Counter-clockwise seen from outside; corner = x + 2·y + 4·z. */
// biome-ignore format: a side a line
const boxFaces = Int32Array.from([
  0, 2, 3, 0, 3, 1,
  4, 5, 7, 4, 7, 6,
  0, 1, 5, 0, 5, 4,
  2, 6, 7, 2, 7, 3,
  0, 4, 6, 0, 6, 2,
  1, 3, 7, 1, 7, 5,
]);

/** From the surface to the lamp, of length 1. */
const lamp: Vector3 = [0.36, 0.48, 0.8];

/** The shape with one colour a face: `colorOf` times how much the face is turned to a lamp, on either side. */
export function lit(shape: Shape, colorOf: (face: number) => Vector3): Shape {
  const { vertices, faces } = shape;
  const colors = new Float64Array(faces.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * faces[f + k]);
    const u = [0, 1, 2].map((axis) => vertices[b + axis] - vertices[a + axis]);
    const v = [0, 1, 2].map((axis) => vertices[c + axis] - vertices[a + axis]);
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const length = Math.hypot(...normal) || 1;
    const cosine = Math.abs(normal[0] * lamp[0] + normal[1] * lamp[1] + normal[2] * lamp[2]) / length;
    colorOf(f / 3).forEach((value, channel) => {
      colors[f + channel] = value * (0.25 + 0.75 * cosine);
    });
  }
  return { ...shape, colors, colorIndices: Int32Array.from(faces, (_, i) => Math.floor(i / 3)) };
}

/** A camera that sees a sphere of radius 1 about the origin whole. */
export const studioCamera = new PerspectiveCamera({
  fovDegrees: 40,
  near: 1e-3,
  view: lookAt({ eye: [0.9, 1.1, 2.9] }),
});
