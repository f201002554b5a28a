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
  readonly #topologies: readonly Topology[];
  #oppositeVertices?: Int32Array;

  /** @param topologies of each item; the same object for items that share it. */
  constructor(positions: tf.Tensor, topologies: readonly Topology[]) {
    this.positions = positions;
    this.stride = positions.shape.at(-1) as 3 | 4;
    this.#topologies = [...new Set(topologies)];
    this.faces = joined(this.#topologies.map(({ faces }) => faces));
    const faceStarts = new Map<Topology, number>();
    let faceStart = 0;
    for (const topology of this.#topologies) {
      faceStarts.set(topology, faceStart);
      faceStart += topology.faceCount;
    }
    let vertexStart = 0;
    this.items = topologies.map((topology) => {
      const { vertexCount, faceCount } = topology;
      const item = { vertexStart, vertexCount, faceStart: faceStarts.get(topology)!, faceCount };
      vertexStart += vertexCount;
      return item;
    });
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
