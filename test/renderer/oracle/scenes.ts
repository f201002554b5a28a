// Meshes before a camera, for tests of the oracle: solids that overlap, hide and cross each other, in double precision.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { lookAt, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { parseObj } from '../../../renderer/io/index.ts';
import type { AttributeRows, MeshRange, Picture, Scene } from '../../../renderer/kernels/index.ts';
import { unitIcosphere } from '../../../renderer/mesh/index.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { testNumbers } from '../../gradient.ts';

export interface Solid {
  /** [V·3] */
  vertices: Float64Array;
  faces: Int32Array;
}

const camera = new PerspectiveCamera({ fovDegrees: 60, view: lookAt({ eye: [0.4, 0.7, 1.9] }) });

/** A solid as one camera sees it; one mesh a batch. */
export function sceneOf({ vertices, faces }: Solid): Scene {
  const item = {
    vertexStart: 0,
    vertexCount: vertices.length / 3,
    faceStart: 0,
    faceCount: faces.length / 3,
  };
  return { positions: camera.projectOnHost(vertices), stride: 4, faces, items: [item] };
}

/** Gradients of homogeneous positions to gradients of the solid's vertices: through the linear part of the camera, transposed. */
export function toVertices(positions: Float64Array): Float64Array {
  const origin = camera.projectOnHost([0, 0, 0]);
  const axes = [0, 1, 2].map((axis) => {
    const unit = [0, 0, 0];
    unit[axis] = 1;
    return camera.projectOnHost(unit).map((value, k) => value - origin[k]);
  });
  return Float64Array.from({ length: (positions.length / 4) * 3 }, (_, i) =>
    axes[i % 3].reduce((sum, value, k) => sum + value * positions[4 * Math.floor(i / 3) + k], 0),
  );
}

export function sphere(level: number, radius: number, [x, y, z] = [0, 0, 0], crumpled = 0): Solid {
  const { vertices, topology } = unitIcosphere(level);
  const noise = testNumbers(vertices.length, 5);
  const center = [x, y, z];
  return {
    vertices: vertices.map((value, i) => center[i % 3] + radius * (value + crumpled * noise[i])),
    faces: topology.faces,
  };
}

/** Twelve triangles, turned about two axes. */
export function box(half: number, [x, y, z]: readonly number[], turn: number, tilt: number): Solid {
  const center = [x, y, z];
  const corners = Array.from({ length: 8 }, (_, i) => {
    const [a, b, c] = [i & 1, (i >> 1) & 1, i >> 2].map((bit) => half * (2 * bit - 1));
    const [d, e] = [a * Math.cos(turn) - c * Math.sin(turn), a * Math.sin(turn) + c * Math.cos(turn)];
    return [d, b * Math.cos(tilt) - e * Math.sin(tilt), b * Math.sin(tilt) + e * Math.cos(tilt)].map(
      (value, k) => center[k] + value,
    );
  });
  // biome-ignore format: a side of the box a line
  const faces = [
    0, 2, 1, 1, 2, 3,
    4, 5, 6, 5, 7, 6,
    0, 1, 4, 1, 5, 4,
    2, 6, 3, 3, 6, 7,
    0, 4, 2, 2, 4, 6,
    1, 3, 5, 3, 7, 5,
  ];
  return { vertices: Float64Array.from(corners.flat()), faces: Int32Array.from(faces) };
}

export function together(...solids: Solid[]): Solid {
  let vertexCount = 0;
  const faces = solids.flatMap((solid) => {
    const shifted = Array.from(solid.faces, (vertex) => vertex + vertexCount);
    vertexCount += solid.vertices.length / 3;
    return shifted;
  });
  return {
    vertices: Float64Array.from(solids.flatMap(({ vertices }) => [...vertices])),
    faces: Int32Array.from(faces),
  };
}

/** A real chair of 1,400 triangles. */
export function chair(): Solid {
  const file = path.join(packageRoot, 'data/furniture-meshes/chair.obj');
  const { vertices, faces } = parseObj(readFileSync(file, 'utf8'), [], file);
  return { vertices: Float64Array.from(vertices, (value) => 1.6 * value), faces };
}

export const solids = {
  'a crumpled sphere': () => sphere(1, 0.7, [0, 0, 0], 0.45),
  'two spheres, one before the other': () =>
    together(sphere(1, 0.5, [-0.2, 0, 0]), sphere(0, 0.35, [0.15, 0.2, 0.7])),
  'two boxes that cross': () =>
    together(box(0.4, [-0.1, 0.05, 0], 0.5, 0.3), box(0.33, [0.22, 0.1, 0.12], 1.2, -0.7)),
};

/** Random colours, one row a vertex. */
export function colorsOf({ vertices, faces }: Solid, channels = 2, seed = 21): AttributeRows {
  const values = testNumbers((vertices.length / 3) * channels, seed);
  return { values, channels, indices: faces, rowStarts: [0] };
}

export const frame = (options: Partial<Picture> = {}): Picture => ({
  width: 14,
  height: 11,
  perspectiveCorrect: true,
  cull: false,
  near: 1e-6,
  ...options,
});

export const wholeMesh = (vertexCount: number, faceCount: number): MeshRange[] => [
  { vertexStart: 0, vertexCount, faceStart: 0, faceCount },
];
