// Renders the pictures of a data set: the project's own hard visibility at many samples a pixel, textures, and a light that
// stands still in the world, so that a surface has the same colour in every view.

import { PerspectiveCamera, type ViewMatrix } from '../../../renderer/camera/index.ts';
import { linearToSrgb } from '../../../renderer/io/index.ts';
import { fovDegrees as rigFovDegrees } from './rig.ts';
import type { Triangles } from './surfacePoints.ts';
import { cross, dot, subtract, unit, type Vector3, vectorAt } from './vectors.ts';
import { visibleFaces } from './visibility.ts';

/** A picture that wraps around, in linear light. */
export interface Texture {
  width: number;
  height: number;
  /** [height * width * 3], rows from the top. */
  linear: Float32Array;
}

export interface SurfaceMaterial {
  /** Linear. Used where there is no texture, and for faces without texture coordinates. */
  color: Vector3;
  texture?: Texture;
}

/** What a model looks like, in the frame of a data set. */
export interface PaintedMesh extends Triangles {
  /** [T * 2], v upwards. */
  uv: ArrayLike<number>;
  /** [F * 3] rows of `uv`, −1 where a face has none. */
  uvFaces: Int32Array;
  /** [F] −1 where a face has none. */
  faceMaterials: Int32Array;
  materials: SurfaceMaterial[];
}

/**
 * Lambert shading on both sides of a face: a surface of colour c sends (0.04 + 0.96 c) · brightness to the viewer, where
 * brightness = ambient + Σ strength · max(0, n · towards). The 4 % are what any smooth surface reflects; they give shape to black ones.
 */
const sheen = 0.04;
const ambient = 0.35;
const lights = [
  { towards: unit([0.5, 0.8, 0.6]), strength: 0.55 },
  { towards: unit([-0.6, 0.3, -0.7]), strength: 0.2 },
];

/** White, for faces without a material. */
const unpainted: SurfaceMaterial = { color: [1, 1, 1] };

export interface PictureOptions {
  /** Width and height in pixels. */
  size: number;
  /** Vertical. Default 30. */
  fovDegrees?: number;
  /** Visibility samples along each side of a pixel. Default 8. */
  samples?: number;
}

/**
 * One picture, [size * size * 4] bytes RGBA: straight alpha, sRGB, rows from the top. A pixel's alpha is the share of its
 * samples that hit the object; its colour their mean in linear light. Pixels of alpha 0 are black.
 */
export function takePicture(
  mesh: PaintedMesh,
  view: ViewMatrix,
  { size, fovDegrees = rigFovDegrees, samples = 8 }: PictureOptions,
): Uint8Array {
  const positions = new PerspectiveCamera({ fovDegrees, view }).projectOnHost(mesh.vertices);
  const { faces: visible, weights } = visibleFaces(positions, mesh.faces, size * samples);
  const brightness = faceBrightness(mesh, cameraCenter(view));
  const sums = new Float64Array(4 * size * size);
  const color = [0, 0, 0];
  let sample = 0;
  for (let row = 0; row < size * samples; row++) {
    let last = -1;
    const start = 4 * size * Math.floor(row / samples);
    for (let column = 0; column < size * samples; column++, sample++) {
      const face = visible[sample];
      if (face < 0) continue;
      // Along a run of one plain face the colour stays.
      if (face !== last || isTextured(mesh, face)) surfaceColor(mesh, face, weights, 3 * sample, color);
      last = face;
      const pixel = start + 4 * Math.floor(column / samples);
      const light = brightness[face];
      for (let k = 0; k < 3; k++) sums[pixel + k] += (sheen + (1 - sheen) * color[k]) * light;
      sums[pixel + 3]++;
    }
  }
  const picture = new Uint8Array(4 * size * size);
  for (let i = 0; i < picture.length; i += 4) {
    const hits = sums[i + 3];
    if (hits === 0) continue;
    for (let k = i; k < i + 3; k++) {
      picture[k] = Math.round(255 * linearToSrgb(Math.min(sums[k] / hits, 1)));
    }
    picture[i + 3] = Math.round((255 * hits) / samples ** 2);
  }
  return picture;
}

/** [F] light that each face sends to a viewer at `eye`. */
function faceBrightness({ vertices, faces }: Triangles, eye: Vector3): Float64Array {
  const brightness = new Float64Array(faces.length / 3);
  for (let f = 0; f < brightness.length; f++) {
    const [a, b, c] = [0, 1, 2].map((k) => vectorAt(vertices, faces[3 * f + k]));
    const normal = unit(cross(subtract(b, a), subtract(c, a)));
    const side = dot(normal, subtract(eye, a)) < 0 ? -1 : 1;
    brightness[f] = ambient;
    for (const { towards, strength } of lights) {
      brightness[f] += strength * Math.max(0, side * dot(normal, towards));
    }
  }
  return brightness;
}

function isTextured({ materials, faceMaterials, uvFaces }: PaintedMesh, face: number): boolean {
  return uvFaces[3 * face] >= 0 && materials[faceMaterials[face]]?.texture !== undefined;
}

/** Writes the colour of a point of `face`, given by three barycentric weights from `start` on, into `color`. */
function surfaceColor(
  mesh: PaintedMesh,
  face: number,
  weights: ArrayLike<number>,
  start: number,
  color: number[],
): void {
  const { color: plain, texture } = mesh.materials[mesh.faceMaterials[face]] ?? unpainted;
  const { uv, uvFaces } = mesh;
  if (!texture || uvFaces[3 * face] < 0) {
    for (let k = 0; k < 3; k++) color[k] = plain[k];
    return;
  }
  let u = 0;
  let v = 0;
  for (let k = 0; k < 3; k++) {
    u += weights[start + k] * uv[2 * uvFaces[3 * face + k]];
    v += weights[start + k] * uv[2 * uvFaces[3 * face + k] + 1];
  }
  sampleTexture(texture, u, v, color);
}

/** Bilinear, repeating. */
function sampleTexture({ width, height, linear }: Texture, u: number, v: number, color: number[]): void {
  const x = (u - Math.floor(u)) * width - 0.5;
  const y = (1 - (v - Math.floor(v))) * height - 0.5;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = (left + 1) % width;
  const bottom = (top + 1) % height;
  const sx = x - left;
  const sy = y - top;
  const upper = width * ((top + height) % height);
  const lower = width * bottom;
  const west = (left + width) % width;
  for (let k = 0; k < 3; k++) {
    const above = linear[3 * (upper + west) + k] * (1 - sx) + linear[3 * (upper + right) + k] * sx;
    const below = linear[3 * (lower + west) + k] * (1 - sx) + linear[3 * (lower + right) + k] * sx;
    color[k] = above * (1 - sy) + below * sy;
  }
}

/** −Rᵀ·t of a rigid world-to-camera matrix. */
function cameraCenter(m: ViewMatrix): Vector3 {
  const component = (k: number) => -(m[k] * m[3] + m[4 + k] * m[7] + m[8 + k] * m[11]);
  return [component(0), component(1), component(2)];
}
