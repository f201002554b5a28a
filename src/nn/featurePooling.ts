// Perceptual feature pooling: vertices are projected into the feature maps of an image encoder and pick up features by
// bilinear interpolation (Pixel2Mesh, section 3.2), with gradients to the maps and to the vertices.

import type * as tf from '@tensorflow/tfjs';
import { type HostKernel, hostFunction, type RealArray, simdFor } from '../../renderer/backend/index.ts';
import { poolOnDevice } from './poolOnDevice.ts';

/** A camera at (0, 0, distance) that looks at the origin, down −z; its picture is as wide as it is high. */
export interface PoolingCamera {
  /** Vertical field of view. */
  fovDegrees: number;
  /** From the camera to the origin, in the vertices' unit. */
  distance: number;
}

/**
 * Where in a feature map a vertex (x, y, z) looks, with d = distance − z the distance from the camera plane: at column
 * columnScale·x/d + columnOffset and row −rowScale·y/d + rowOffset, both cut to what the lens allows. Column 0 is the centre of the first
 * texel, column 1 that of the second.
 */
export interface Lens {
  /** From the origin to the camera, which stands on the +z axis and looks down −z. */
  distance: number;
  /**
   * Vertices with d below this pool from where they would be at it, with no gradient to themselves; with `legacy`, d is used as it is.
   */
  nearest: number;
  /**
   * As the code of Pixel2Mesh (nywang16/Pixel2Mesh, p2m/layers.py): between texels ⌊u⌋ and ⌈u⌉, whose weights ⌈u⌉ − u and u − ⌊u⌋ are both
   * zero where u is integral, so that the feature vanishes there; texels beyond the map are zeros; and what lies behind the
   * camera projects upside down.
   */
  legacy: boolean;
  /** On a map of `size` texels along an axis. */
  axis(size: number): LensAxis;
}

/** One axis of a lens on one map. */
export interface LensAxis {
  /** Texels for one unit of x/d. */
  scale: number;
  offset: number;
  /** Least and largest texel coordinate. */
  low: number;
  high: number;
}

/**
 * The lens of a camera, as docs/conventions.md lays pixels out: texel c of W has its centre at image-plane x = (2c + 1 − W)/W. Outside the
 * outermost centres the border's value holds. At 224 texels and R2N2's field of view of 49.134° the focal length is 245 texels.
 */
export function trueLens({ fovDegrees, distance }: PoolingCamera): Lens {
  const focal = 1 / Math.tan((fovDegrees * Math.PI) / 360);
  return {
    distance,
    nearest: 0.01 * distance,
    legacy: false,
    axis: (size) => ({ scale: (focal * size) / 2, offset: (size - 1) / 2, low: 0, high: size - 1 }),
  };
}

/** Vertices, then a map each: what is pooled, and where. */
interface Footprint {
  /** Offsets of the four texels' first channels; −1 for one that is not there. */
  topLeft: number;
  topRight: number;
  bottomLeft: number;
  bottomRight: number;
  /** Weights of the left and right column, and of the top and bottom row. */
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Texels moved for one unit of x/d or y/d: 0 where the position is cut. */
  du: number;
  dv: number;
}

/**
 * Features of every map at the projection of every vertex.
 *
 * @param vertices [B, V, 3], in front of the camera
 * @param maps each [B, H, W, C]
 * @returns [B, V, ΣC]
 */
export function poolFeatures(vertices: tf.Tensor3D, maps: readonly tf.Tensor4D[], lens: Lens): tf.Tensor3D {
  const [batch, vertexCount] = vertices.shape;
  const sizes = maps.map((map) => ({ height: map.shape[1], width: map.shape[2], channels: map.shape[3] }));
  const total = sizes.reduce((sum, { channels }) => sum + channels, 0);
  return hostFunction({
    inputs: [vertices, ...maps],
    shape: [batch, vertexCount, total],
    ...poolingKernel(batch, vertexCount, sizes, lens),
    onDevice: () => poolOnDevice(vertices, maps, lens),
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
  lens: Lens,
): HostKernel {
  const total = sizes.reduce((sum, { channels }) => sum + channels, 0);
  const layouts = sizes.map((size) => ({
    ...size,
    columns: lens.axis(size.width),
    rows: lens.axis(size.height),
    legacy: lens.legacy,
  }));
  const depthOf = (z: number) => {
    const depth = lens.distance - z;
    if (!lens.legacy) return Math.max(depth, lens.nearest);
    return Math.abs(depth) > 1e-12 ? depth : 1e-12;
  };
  const footprint = {} as Footprint;
  /** Arguments of the compiled kernels. */
  const sizesWith = (table: number) =>
    [
      batch * vertexCount,
      vertexCount,
      table,
      layouts.length,
      lens.distance,
      lens.nearest,
      lens.legacy,
    ] as const;
  return {
    forward([positions, ...maps], output) {
      const compiled = simdFor(positions, output, ...maps);
      if (compiled) {
        const { exports, scratch } = compiled;
        const table = scratch.copy(layoutTable(layouts, maps));
        exports.poolFeatures(positions.byteOffset, ...sizesWith(table), output.byteOffset);
        return;
      }
      for (let row = 0; row < batch * vertexCount; row++) {
        const item = Math.floor(row / vertexCount);
        const depth = depthOf(positions[3 * row + 2]);
        const x = positions[3 * row] / depth;
        const y = positions[3 * row + 1] / depth;
        let column = row * total;
        for (let m = 0; m < maps.length; m++) {
          locate(footprint, x, y, item, layouts[m]);
          const { channels } = layouts[m];
          const { topLeft, topRight, bottomLeft, bottomRight, left, right, top, bottom } = footprint;
          addTexel(output, column, maps[m], topLeft, left * top, channels);
          addTexel(output, column, maps[m], topRight, right * top, channels);
          addTexel(output, column, maps[m], bottomLeft, left * bottom, channels);
          addTexel(output, column, maps[m], bottomRight, right * bottom, channels);
          column += channels;
        }
      }
    },
    backward(upstream, [positions, ...maps], [dPositions, ...dMaps]) {
      const compiled = simdFor(upstream, positions, dPositions, ...maps, ...dMaps);
      if (compiled) {
        const { exports, scratch } = compiled;
        const table = scratch.copy(layoutTable(layouts, maps, dMaps));
        exports.poolFeaturesBackward(
          upstream.byteOffset,
          positions.byteOffset,
          ...sizesWith(table),
          dPositions.byteOffset,
        );
        return;
      }
      for (let row = 0; row < batch * vertexCount; row++) {
        const item = Math.floor(row / vertexCount);
        const isMovable = lens.legacy || lens.distance - positions[3 * row + 2] >= lens.nearest;
        const depth = depthOf(positions[3 * row + 2]);
        const x = positions[3 * row] / depth;
        const y = positions[3 * row + 1] / depth;
        let dx = 0;
        let dy = 0;
        let column = row * total;
        for (let m = 0; m < maps.length; m++) {
          locate(footprint, x, y, item, layouts[m]);
          const { channels } = layouts[m];
          const { topLeft, topRight, bottomLeft, bottomRight, left, right, top, bottom } = footprint;
          // Σ upstream · texel of each of the four; the interpolated value is bilinear in the weights.
          const a = pullTexel(upstream, column, maps[m], dMaps[m], topLeft, left * top, channels);
          const b = pullTexel(upstream, column, maps[m], dMaps[m], topRight, right * top, channels);
          const c = pullTexel(upstream, column, maps[m], dMaps[m], bottomLeft, left * bottom, channels);
          const d = pullTexel(upstream, column, maps[m], dMaps[m], bottomRight, right * bottom, channels);
          dx += footprint.du * (top * (b - a) + bottom * (d - c));
          dy += footprint.dv * (left * (c - a) + right * (d - b));
          column += channels;
        }
        if (isMovable) {
          dPositions[3 * row] = dx / depth;
          dPositions[3 * row + 1] = dy / depth;
          dPositions[3 * row + 2] = (x * dx + y * dy) / depth;
        }
      }
    },
  };
}

/** What the compiled kernels know about maps: renderer/kernels/simd/assembly/pooling.ts says how it is laid out. */
function layoutTable(
  layouts: readonly MapLayout[],
  maps: readonly RealArray[],
  gradients: readonly RealArray[] = [],
): Uint8Array {
  const table = new DataView(new ArrayBuffer(88 * layouts.length));
  for (const [m, { height, width, channels, columns, rows }] of layouts.entries()) {
    const addresses = [maps[m].byteOffset, gradients[m]?.byteOffset ?? 0];
    for (const [i, value] of [...addresses, height, width, channels].entries()) {
      table.setUint32(88 * m + 4 * i, value, true);
    }
    const axes = [columns, rows].flatMap(({ scale, offset, low, high }) => [scale, offset, low, high]);
    for (const [i, value] of axes.entries()) table.setFloat64(88 * m + 24 + 8 * i, value, true);
  }
  return new Uint8Array(table.buffer);
}

function addTexel(
  output: RealArray,
  column: number,
  map: RealArray,
  texel: number,
  weight: number,
  channels: number,
): void {
  if (texel < 0 || weight === 0) return;
  for (let c = 0; c < channels; c++) output[column + c] += weight * map[texel + c];
}

/** Hands the upstream gradient on to a texel, and returns its product with the texel's features. */
function pullTexel(
  upstream: RealArray,
  column: number,
  map: RealArray,
  dMap: RealArray,
  texel: number,
  weight: number,
  channels: number,
): number {
  if (texel < 0) return 0;
  let product = 0;
  for (let c = 0; c < channels; c++) {
    const g = upstream[column + c];
    dMap[texel + c] += weight * g;
    product += g * map[texel + c];
  }
  return product;
}

interface MapLayout extends MapSize {
  columns: LensAxis;
  rows: LensAxis;
  legacy: boolean;
}

/** Fills `footprint` for the direction (x, y) = (X/d, Y/d) in item `item` of a map. */
function locate(footprint: Footprint, x: number, y: number, item: number, layout: MapLayout): void {
  const { height, width, channels, columns, rows, legacy } = layout;
  const column = columns.scale * x + columns.offset;
  const row = rows.offset - rows.scale * y;
  const u = Math.min(Math.max(column, columns.low), columns.high);
  const v = Math.min(Math.max(row, rows.low), rows.high);
  const x0 = Math.floor(u);
  const y0 = Math.floor(v);
  footprint.right = u - x0;
  footprint.bottom = v - y0;
  const x1 = legacy ? Math.ceil(u) : Math.min(x0 + 1, width - 1);
  const y1 = legacy ? Math.ceil(v) : Math.min(y0 + 1, height - 1);
  footprint.left = legacy ? x1 - u : 1 - footprint.right;
  footprint.top = legacy ? y1 - v : 1 - footprint.bottom;
  const above = (item * height + y0) * width;
  const below = (item * height + y1) * width;
  footprint.topLeft = (above + x0) * channels;
  footprint.topRight = x1 < width ? (above + x1) * channels : -1;
  footprint.bottomLeft = y1 < height ? (below + x0) * channels : -1;
  footprint.bottomRight = x1 < width && y1 < height ? (below + x1) * channels : -1;
  footprint.du = column === u ? columns.scale : 0;
  footprint.dv = row === v ? -rows.scale : 0;
}
