// Cuts faces at the near plane, w = near, in homogeneous coordinates, before anything is divided by w. A cut edge from a to b gets the
// vertex P = P_a + t (P_b − P_a) with t = (near − w_a)/(w_b − w_a), and attributes blend by the same t, as both are linear in space
// (Sutherland and Hodgman, Reentrant polygon clipping, 1974). From there on the cut faces are faces like any others. Gradients reach
// what was cut through P, and through t:
//     ∂t/∂w_a = (near − w_b)/(w_b − w_a)²,   ∂t/∂w_b = −(near − w_a)/(w_b − w_a)².

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import { hostOp } from '../backend/hostOp.ts';
import type { RealArray } from '../kernels/index.ts';
import { Topology } from '../mesh/topology.ts';
import { type CornerAttributes, rowStartsOf } from './attributes.ts';
import { Geometry } from './geometry.ts';

export interface Clipping {
  /** What was there before. */
  source: Geometry;
  geometry: Geometry;
  /** The same attributes at the corners of the cut faces. */
  attributes(attributes: CornerAttributes): CornerAttributes;
  /** Of each face of `geometry`, the face that it is a part of, counted from its mesh's first. */
  sourceFaces: Int32Array;
}

/**
 * Undefined where no face crosses the plane: faces wholly behind it are left to the kernels, which leave them out.
 *
 * @param near above 0.
 */
export function clipNear(geometry: Geometry, near: number): Clipping | undefined {
  if (geometry.stride !== 4) return undefined;
  let cut: CutItem[] | undefined;
  hostOp([geometry.positions], [], ([elements]) => {
    cut = cutItems(geometry, elements as Float32Array, near);
  });
  return cut && clippingOf(geometry, cut, near);
}

/** A corner of a cut face: corner `from` of its source, or, cut, where the edge to corner `to` meets the plane. */
interface Corner {
  from: number;
  to: number;
  isCut: boolean;
}

interface CutItem {
  topology: Topology;
  sourceFaces: number[];
  /** Three a face of `topology`; `from` and `to` are 0, 1 or 2. */
  corners: Corner[];
  /** The vertices behind the item's own: ends of the edges that they lie on, two each. */
  edges: number[];
}

function cutItems(geometry: Geometry, positions: RealArray, near: number): CutItem[] | undefined {
  const { faces, items } = geometry;
  const isBehind = (row: number) => !(positions[4 * row + 3] > near);
  const isKnown = (row: number) =>
    Number.isFinite(
      positions[4 * row] + positions[4 * row + 1] + positions[4 * row + 2] + positions[4 * row + 3],
    );
  const anyBehind = items.some(({ vertexStart, vertexCount }) => {
    for (let row = vertexStart; row < vertexStart + vertexCount; row++) if (isBehind(row)) return true;
    return false;
  });
  if (!anyBehind) return undefined;

  let crossings = 0;
  const cut = items.map((item): CutItem => {
    const edges: number[] = [];
    const vertexOn = new Map<number, number>();
    const indices: number[] = [];
    const corners: Corner[] = [];
    const sourceFaces: number[] = [];
    const row = (vertex: number) => item.vertexStart + vertex;
    const crossing = (a: number, b: number): number => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const key = low * item.vertexCount + high;
      let vertex = vertexOn.get(key);
      if (vertex === undefined) {
        vertex = item.vertexCount + edges.length / 2;
        edges.push(low, high);
        vertexOn.set(key, vertex);
      }
      return vertex;
    };
    for (let f = 0; f < item.faceCount; f++) {
      const at = 3 * (item.faceStart + f);
      const vertices = [faces[at], faces[at + 1], faces[at + 2]];
      const behind = vertices.map((vertex) => isBehind(row(vertex)));
      const hidden = behind.filter(Boolean).length;
      const crosses = hidden > 0 && hidden < 3 && vertices.every((vertex) => isKnown(row(vertex)));
      if (crosses) crossings++;
      // Around the face: corners in front, and where the edges between cross the plane, three or four of them. Faces that do not cross
      // stay as they are, those behind too, which kernels leave out.
      const outline: { vertex: number; corner: Corner }[] = [];
      for (let k = 0; k < 3; k++) {
        const next = (k + 1) % 3;
        if (!crosses || !behind[k])
          outline.push({ vertex: vertices[k], corner: { from: k, to: k, isCut: false } });
        if (!crosses || behind[k] === behind[next]) continue;
        const corner = { from: k, to: next, isCut: true };
        outline.push({ vertex: crossing(vertices[k], vertices[next]), corner });
      }
      for (let k = 2; k < outline.length; k++) {
        for (const { vertex, corner } of [outline[0], outline[k - 1], outline[k]]) {
          indices.push(vertex);
          corners.push(corner);
        }
        sourceFaces.push(f);
      }
    }
    const topology = new Topology(Int32Array.from(indices), item.vertexCount + edges.length / 2);
    return { topology, sourceFaces, corners, edges };
  });
  return crossings > 0 ? cut : undefined;
}

function clippingOf(geometry: Geometry, cut: readonly CutItem[], near: number): Clipping {
  const { items, faces } = geometry;
  const vertices = cut.map(({ edges }, b): Rows => {
    const { vertexStart, vertexCount } = items[b];
    const crossings: Crossing[] = [];
    for (let e = 0; e < edges.length; e += 2) {
      const [from, to] = [vertexStart + edges[e], vertexStart + edges[e + 1]];
      crossings.push({ row: from, otherRow: to, vertex: from, otherVertex: to });
    }
    return { start: vertexStart, count: vertexCount, crossings };
  });
  const positions = blended(geometry.positions, geometry.positions, vertices, near);
  const kept = new WeakMap<CornerAttributes, CornerAttributes>();
  return {
    source: geometry,
    geometry: new Geometry(
      positions,
      cut.map(({ topology }) => topology),
    ),
    sourceFaces: Int32Array.from(cut.flatMap(({ sourceFaces }) => sourceFaces)),
    attributes(attributes) {
      const known = kept.get(attributes);
      if (known) return known;
      const rowStarts = rowStartsOf(geometry, attributes);
      // All rows as they are, and after them those of crossings, which items count from their own first row on like any other.
      const rowCount = attributes.values.size / Math.max(1, attributes.values.shape.at(-1)!);
      const crossings: Crossing[] = [];
      const indices: number[] = [];
      cut.forEach(({ corners, sourceFaces }, b) => {
        const { faceStart, vertexStart } = items[b];
        corners.forEach(({ from, to, isCut }, k) => {
          const at = 3 * (faceStart + sourceFaces[Math.floor(k / 3)]);
          const row = attributes.indices[at + from];
          if (!isCut) {
            indices.push(row);
            return;
          }
          indices.push(rowCount + crossings.length - rowStarts[b]);
          crossings.push({
            row: rowStarts[b] + row,
            otherRow: rowStarts[b] + attributes.indices[at + to],
            vertex: vertexStart + faces[at + from],
            otherVertex: vertexStart + faces[at + to],
          });
        });
      });
      const rows = [{ start: 0, count: rowCount, crossings }];
      const clipped = {
        values: blended(geometry.positions, attributes.values, rows, near),
        indices: Int32Array.from(indices),
        rowStarts,
      };
      kept.set(attributes, clipped);
      return clipped;
    },
  };
}

/** Where the edge between two vertices meets the plane: a row between two rows. */
interface Crossing {
  row: number;
  otherRow: number;
  vertex: number;
  otherVertex: number;
}

/** Rows, and after them those of crossings. */
interface Rows {
  start: number;
  count: number;
  crossings: Crossing[];
}

/** The rows that are listed, [total, C], of `values`; differentiable in them and in `positions`, which say where edges are cut. */
function blended(positions: tf.Tensor, values: tf.Tensor, lists: readonly Rows[], near: number): tf.Tensor2D {
  const width = values.shape.at(-1)!;
  const ofPositions = values === positions;
  const total = lists.reduce((sum, { count, crossings }) => sum + count + crossings.length, 0);
  return hostFunction<void>({
    inputs: [positions, values],
    shape: [total, width],
    forward([places, rows], output) {
      let at = 0;
      for (const { start, count, crossings } of lists) {
        output.set(rows.subarray(start * width, (start + count) * width), at);
        at += count * width;
        for (const { row, otherRow, vertex, otherVertex } of crossings) {
          const share = shareOf(places, vertex, otherVertex, near);
          for (let c = 0; c < width; c++) {
            const first = rows[width * row + c];
            output[at++] = first + share * (rows[width * otherRow + c] - first);
          }
          // On the plane, whatever the rounding.
          if (ofPositions) output[at - 1] = near;
        }
      }
    },
    backward(upstream, [places, rows], [placeGradient, rowGradient]) {
      let at = 0;
      for (const { start, count, crossings } of lists) {
        for (let i = start * width; i < (start + count) * width; i++) rowGradient[i] += upstream[at++];
        for (const { row, otherRow, vertex, otherVertex } of crossings) {
          const share = shareOf(places, vertex, otherVertex, near);
          let along = 0;
          for (let c = 0; c < width; c++) {
            const g = upstream[at++];
            rowGradient[width * row + c] += (1 - share) * g;
            rowGradient[width * otherRow + c] += share * g;
            along += g * (rows[width * otherRow + c] - rows[width * row + c]);
          }
          const [from, to] = [places[4 * vertex + 3], places[4 * otherVertex + 3]];
          const scale = along / (to - from) ** 2;
          placeGradient[4 * vertex + 3] += scale * (near - to);
          placeGradient[4 * otherVertex + 3] -= scale * (near - from);
        }
      }
    },
  }) as tf.Tensor2D;
}

/** t of the plane between two vertices. */
function shareOf(positions: RealArray, vertex: number, otherVertex: number, near: number): number {
  const from = positions[4 * vertex + 3];
  return (near - from) / (positions[4 * otherVertex + 3] - from);
}
