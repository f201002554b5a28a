// Perceptual feature pooling: vertices are projected into the feature maps of an image encoder and pick up features by
// bilinear interpolation (Pixel2Mesh, section 3.2), with gradients to the maps and to the vertices.

import type * as tf from '@tensorflow/tfjs';
import { type HostKernel, hostFunction } from '../../renderer/backend/index.ts';

/** A camera at (0, 0, distance) that looks at the origin, down −z; its picture is as wide as it is high. */
export interface PoolingCamera {
  /** Vertical field of view. */
  fovDegrees: number;
  /** From the camera to the origin, in the vertices' unit. */
  distance: number;
}

/** Where one vertex falls in one feature map, and how that changes with the vertex. */
interface Footprint {
  /** Offsets of the four texels' first channels. */
  topLeft: number;
  topRight: number;
  bottomLeft: number;
  bottomRight: number;
  /** Position between them, in [0, 1). */
  u: number;
  v: number;
  /** Their bilinear weights, in the same order. */
  w00: number;
  w01: number;
  w10: number;
  w11: number;
  /** Texels moved for one unit of image-plane x or y: 0 where the position is clamped to the border. */
  du: number;
  dv: number;
}

/**
 * Features of every map at the projection of every vertex. The map's pixel centres are those of docs/conventions.md: column
 * c of W at image-plane x = (2c + 1 − W)/W. Outside the outermost centres the border's value holds. A vertex at or behind the
 * camera pools from where it would be at 1 % of the distance, with no gradient to itself.
 *
 * @param vertices [B, V, 3], in front of `camera`
 * @param maps each [B, H, W, C]
 * @returns [B, V, ΣC]
 */
export function poolFeatures(
  vertices: tf.Tensor3D,
  maps: readonly tf.Tensor4D[],
  camera: PoolingCamera,
): tf.Tensor3D {
  const [batch, vertexCount] = vertices.shape;
  const sizes = maps.map((map) => ({ height: map.shape[1], width: map.shape[2], channels: map.shape[3] }));
  const total = sizes.reduce((sum, { channels }) => sum + channels, 0);
  return hostFunction({
    inputs: [vertices, ...maps],
    shape: [batch, vertexCount, total],
    ...poolingKernel(batch, vertexCount, sizes, camera),
  }) as tf.Tensor3D;
}

export interface MapSize {
  height: number;
  width: number;
  channels: number;
}

/** `poolFeatures` on arrays: vertices first, then the maps. */
export function poolingKernel(
  batch: number,
  vertexCount: number,
  sizes: readonly MapSize[],
  camera: PoolingCamera,
): HostKernel {
  const total = sizes.reduce((sum, { channels }) => sum + channels, 0);
  const focal = 1 / Math.tan((camera.fovDegrees * Math.PI) / 360);
  const nearest = 0.01 * camera.distance;
  const footprint: Footprint = {
    topLeft: 0,
    topRight: 0,
    bottomLeft: 0,
    bottomRight: 0,
    u: 0,
    v: 0,
    w00: 0,
    w01: 0,
    w10: 0,
    w11: 0,
    du: 0,
    dv: 0,
  };
  return {
    forward([positions, ...maps], output) {
      for (let row = 0; row < batch * vertexCount; row++) {
        const item = Math.floor(row / vertexCount);
        const depth = Math.max(camera.distance - positions[3 * row + 2], nearest);
        const x = (focal * positions[3 * row]) / depth;
        const y = (focal * positions[3 * row + 1]) / depth;
        let column = row * total;
        for (let m = 0; m < maps.length; m++) {
          const map = maps[m];
          const { channels } = sizes[m];
          locate(footprint, x, y, item, sizes[m]);
          const { topLeft, topRight, bottomLeft, bottomRight } = footprint;
          const { w00, w01, w10, w11 } = footprint;
          for (let c = 0; c < channels; c++) {
            output[column + c] =
              w00 * map[topLeft + c] +
              w01 * map[topRight + c] +
              w10 * map[bottomLeft + c] +
              w11 * map[bottomRight + c];
          }
          column += channels;
        }
      }
    },
    backward(upstream, [positions, ...maps], [dPositions, ...dMaps]) {
      for (let row = 0; row < batch * vertexCount; row++) {
        const item = Math.floor(row / vertexCount);
        const distance = camera.distance - positions[3 * row + 2];
        const depth = Math.max(distance, nearest);
        const x = (focal * positions[3 * row]) / depth;
        const y = (focal * positions[3 * row + 1]) / depth;
        let dx = 0;
        let dy = 0;
        let column = row * total;
        for (let m = 0; m < maps.length; m++) {
          const map = maps[m];
          const dMap = dMaps[m];
          const { channels } = sizes[m];
          locate(footprint, x, y, item, sizes[m]);
          const { topLeft, topRight, bottomLeft, bottomRight, u, v } = footprint;
          const { w00, w01, w10, w11 } = footprint;
          let du = 0;
          let dv = 0;
          for (let c = 0; c < channels; c++) {
            const g = upstream[column + c];
            const a = map[topLeft + c];
            const b = map[topRight + c];
            const d = map[bottomLeft + c];
            const e = map[bottomRight + c];
            dMap[topLeft + c] += w00 * g;
            dMap[topRight + c] += w01 * g;
            dMap[bottomLeft + c] += w10 * g;
            dMap[bottomRight + c] += w11 * g;
            du += g * ((1 - v) * (b - a) + v * (e - d));
            dv += g * ((1 - u) * (d - a) + u * (e - b));
          }
          dx += du * footprint.du;
          dy += dv * footprint.dv;
          column += channels;
        }
        if (distance >= nearest) {
          const scale = focal / depth;
          dPositions[3 * row] = scale * dx;
          dPositions[3 * row + 1] = scale * dy;
          dPositions[3 * row + 2] = (x * dx + y * dy) / depth;
        }
      }
    },
  };
}

/** Fills `footprint` for image-plane position (x, y) in item `item` of a map. */
function locate(
  footprint: Footprint,
  x: number,
  y: number,
  item: number,
  { height, width, channels }: MapSize,
): void {
  const column = ((x + 1) * width - 1) / 2;
  const row = ((1 - y) * height - 1) / 2;
  const clampedColumn = Math.min(Math.max(column, 0), width - 1);
  const clampedRow = Math.min(Math.max(row, 0), height - 1);
  const left = Math.floor(clampedColumn);
  const top = Math.floor(clampedRow);
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const base = item * height;
  footprint.topLeft = ((base + top) * width + left) * channels;
  footprint.topRight = ((base + top) * width + right) * channels;
  footprint.bottomLeft = ((base + bottom) * width + left) * channels;
  footprint.bottomRight = ((base + bottom) * width + right) * channels;
  const u = clampedColumn - left;
  const v = clampedRow - top;
  footprint.u = u;
  footprint.v = v;
  footprint.w00 = (1 - u) * (1 - v);
  footprint.w01 = u * (1 - v);
  footprint.w10 = (1 - u) * v;
  footprint.w11 = u * v;
  footprint.du = column === clampedColumn ? width / 2 : 0;
  footprint.dv = row === clampedRow ? -height / 2 : 0;
}
