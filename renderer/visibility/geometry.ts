// The meshes of a batch, packed: their projected vertices one after another, their faces likewise. Items may share a topology, then
// they share its faces; or each has its own (a ragged batch), with nothing padded.

import type * as tf from '@tensorflow/tfjs';
import type { MeshRange, RealArray, Scene } from '../kernels/index.ts';
import type { Topology } from '../mesh/topology.ts';

export class Geometry {
  /** Rows (X, Y, Z, w), or (x, y, z) already divided, whatever the leading dimensions. */
  readonly positions: tf.Tensor;
  readonly stride: 3 | 4;
  /** Three vertices a face, each counted from its mesh's own first vertex. */
  readonly faces: Int32Array;
  readonly items: readonly MeshRange[];
  /** One for each part of `faces`. */
  readonly #topologies: readonly Topology[];
  #oppositeVertices?: Int32Array;

  /**
   * @param topologies of each item.
   * @param owners items of one owner share their faces, and so the indices of attributes at them. Default: those of one topology.
   */
  constructor(
    positions: tf.Tensor,
    topologies: readonly Topology[],
    owners: readonly unknown[] = topologies,
  ) {
    this.positions = positions;
    this.stride = positions.shape.at(-1) as 3 | 4;
    const parts = new Map<unknown, { topology: Topology; faceStart: number }>();
    let faceStart = 0;
    let vertexStart = 0;
    this.items = topologies.map((topology, b) => {
      const { vertexCount, faceCount } = topology;
      let part = parts.get(owners[b]);
      if (!part) {
        part = { topology, faceStart };
        parts.set(owners[b], part);
        faceStart += faceCount;
      }
      const item = { vertexStart, vertexCount, faceStart: part.faceStart, faceCount };
      vertexStart += vertexCount;
      return item;
    });
    this.#topologies = Array.from(parts.values(), ({ topology }) => topology);
    this.faces = joined(this.#topologies.map(({ faces }) => faces));
  }

  /** `Topology.oppositeVertices`, aligned with `faces`. */
  get oppositeVertices(): Int32Array {
    this.#oppositeVertices ??= joined(this.#topologies.map(({ oppositeVertices }) => oppositeVertices));
    return this.#oppositeVertices;
  }

  /** The scene, given the elements of `positions` as a kernel receives them. */
  scene(positions: RealArray): Scene {
    const { stride, faces, items } = this;
    return { positions, stride, faces, items };
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
