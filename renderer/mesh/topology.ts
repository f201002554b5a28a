// How the vertices of a triangle mesh hang together: faces, and what follows from them (edges, neighbours), computed when first
// asked for and kept. A topology is immutable and shared by every mesh, batch item and training step that has its connectivity.

import { ArgumentError } from '../errors.ts';

/** Lists of varying length in two arrays: list i is `indices[offsets[i]] … indices[offsets[i + 1] - 1]`. */
export interface AdjacencyLists {
  readonly offsets: Int32Array;
  readonly indices: Int32Array;
}

export class Topology {
  /** [F·3] vertex indices, three a face, counter-clockwise seen from outside. */
  readonly faces: Int32Array;
  readonly vertexCount: number;
  readonly faceCount: number;
  #edges: Int32Array | undefined;
  #faceEdges: Int32Array | undefined;
  #edgeFaces: Int32Array | undefined;
  #edgeFaceCounts: Int32Array | undefined;
  #oppositeVertices: Int32Array | undefined;
  #neighbours: AdjacencyLists | undefined;

  /**
   * @param faces [F·3] vertex indices; kept, not copied. A face that repeats a vertex is allowed and has no edge there.
   * @throws ArgumentError where an index refers to no vertex; the message numbers faces, `faces[17]` being the eighteenth triple.
   */
  constructor(faces: Int32Array, vertexCount: number) {
    if (!Number.isInteger(vertexCount) || vertexCount < 0) {
      throw new ArgumentError(`vertexCount is ${vertexCount}, expected a whole number of vertices`);
    }
    if (faces.length % 3 !== 0) {
      throw new ArgumentError(`faces has ${faces.length} indices, expected a multiple of 3`);
    }
    for (let i = 0; i < faces.length; i++) {
      if (faces[i] < 0 || faces[i] >= vertexCount) {
        const face = Math.floor(i / 3);
        throw new ArgumentError(
          `faces[${face}] refers to vertex ${faces[i]}, but the mesh has ${vertexCount} vertices`,
        );
      }
    }
    this.faces = faces;
    this.vertexCount = vertexCount;
    this.faceCount = faces.length / 3;
  }

  /** Whether a face has three different vertices. */
  isWhole(face: number): boolean {
    const [a, b, c] = [this.faces[3 * face], this.faces[3 * face + 1], this.faces[3 * face + 2]];
    return a !== b && b !== c && c !== a;
  }

  get edgeCount(): number {
    return this.edges.length / 2;
  }

  /** [E·2] every edge once, lower vertex first, in ascending order. */
  get edges(): Int32Array {
    this.#edges ??= uniqueEdges(this.faces, this.vertexCount);
    return this.#edges;
  }

  /** [F·3] the edge between corners k and k + 1 (mod 3) of each face; −1 where both are the same vertex. */
  get faceEdges(): Int32Array {
    this.#faceEdges ??= findFaceEdges(this.faces, this.edges, this.vertexCount);
    return this.#faceEdges;
  }

  /** [E·2] the faces at each edge, −1 = none. Of an edge with more than two faces, the two of lowest index. */
  get edgeFaces(): Int32Array {
    this.#edgeFaces ??= findEdgeFaces(this.faceEdges, this.edgeCount);
    return this.#edgeFaces;
  }

  /** [E] how many faces meet at each edge, of those that repeat no vertex: 1 on a boundary, 2 inside, more where sheets meet. */
  get edgeFaceCounts(): Int32Array {
    this.#edgeFaceCounts ??= countEdgeFaces(this);
    return this.#edgeFaceCounts;
  }

  /**
   * [F·3] for corner k of each face, the third vertex of the face beyond the edge opposite that corner; −1 where there is none. Of
   * an edge with more than two faces, only the first two that have different third vertices count as neighbours. Faces that repeat
   * a vertex are nobody's neighbours.
   */
  get oppositeVertices(): Int32Array {
    this.#oppositeVertices ??= findOppositeVertices(this.faces, this.faceEdges, this.edgeCount);
    return this.#oppositeVertices;
  }

  /** The vertices joined to each vertex by an edge, in ascending order. */
  get neighbours(): AdjacencyLists {
    this.#neighbours ??= findNeighbours(this.edges, this.vertexCount);
    return this.#neighbours;
  }
}

function uniqueEdges(faces: Int32Array, vertexCount: number): Int32Array {
  // One sortable number an edge; exact as long as vertexCount² < 2⁵³, which is 94 million vertices.
  const keys = new Float64Array(faces.length);
  let keyCount = 0;
  for (let i = 0; i < faces.length; i++) {
    const a = faces[i];
    const b = faces[nextCorner(i)];
    if (a !== b) keys[keyCount++] = Math.min(a, b) * vertexCount + Math.max(a, b);
  }
  const sorted = keys.subarray(0, keyCount).sort();
  let edgeCount = 0;
  for (let i = 0; i < keyCount; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[edgeCount++] = sorted[i];
  }
  const edges = new Int32Array(edgeCount * 2);
  for (let e = 0; e < edgeCount; e++) {
    edges[2 * e] = Math.floor(sorted[e] / vertexCount);
    edges[2 * e + 1] = sorted[e] % vertexCount;
  }
  return edges;
}

function findFaceEdges(faces: Int32Array, edges: Int32Array, vertexCount: number): Int32Array {
  // Edges are sorted by their lower vertex: those of vertex v lie in firstEdge[v] … firstEdge[v + 1] − 1, by their upper one.
  const firstEdge = new Int32Array(vertexCount + 1);
  for (let e = 0; e < edges.length; e += 2) firstEdge[edges[e] + 1]++;
  for (let v = 0; v < vertexCount; v++) firstEdge[v + 1] += firstEdge[v];

  const faceEdges = new Int32Array(faces.length).fill(-1);
  for (let i = 0; i < faces.length; i++) {
    const a = faces[i];
    const b = faces[nextCorner(i)];
    if (a === b) continue;
    const lower = Math.min(a, b);
    const upper = Math.max(a, b);
    let low = firstEdge[lower];
    let high = firstEdge[lower + 1] - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[2 * middle + 1] < upper) low = middle + 1;
      else high = middle;
    }
    faceEdges[i] = low;
  }
  return faceEdges;
}

function findEdgeFaces(faceEdges: Int32Array, edgeCount: number): Int32Array {
  const edgeFaces = new Int32Array(edgeCount * 2).fill(-1);
  for (let i = 0; i < faceEdges.length; i++) {
    const e = faceEdges[i];
    if (e < 0) continue;
    const face = Math.floor(i / 3);
    if (edgeFaces[2 * e] === -1) edgeFaces[2 * e] = face;
    else if (edgeFaces[2 * e + 1] === -1 && edgeFaces[2 * e] !== face) edgeFaces[2 * e + 1] = face;
  }
  return edgeFaces;
}

function countEdgeFaces(topology: Topology): Int32Array {
  const { faceEdges, faceCount, edgeCount } = topology;
  const counts = new Int32Array(edgeCount);
  for (let f = 0; f < faceCount; f++) {
    if (topology.isWhole(f)) for (let k = 3 * f; k < 3 * f + 3; k++) counts[faceEdges[k]]++;
  }
  return counts;
}

function findOppositeVertices(faces: Int32Array, faceEdges: Int32Array, edgeCount: number): Int32Array {
  // Two third vertices an edge.
  const thirds = new Int32Array(2 * edgeCount).fill(-1);
  const whole = (i: number) =>
    faceEdges[i] >= 0 && faceEdges[nextCorner(i)] >= 0 && faceEdges[lastCorner(i)] >= 0;
  for (let i = 0; i < faces.length; i++) {
    if (!whole(i)) continue;
    const e = 2 * faceEdges[nextCorner(i)];
    if (thirds[e] === -1) thirds[e] = faces[i];
    else if (thirds[e + 1] === -1 && thirds[e] !== faces[i]) thirds[e + 1] = faces[i];
  }
  const opposite = new Int32Array(faces.length).fill(-1);
  for (let i = 0; i < faces.length; i++) {
    if (!whole(i)) continue;
    const e = 2 * faceEdges[nextCorner(i)];
    if (thirds[e] === faces[i]) opposite[i] = thirds[e + 1];
    else if (thirds[e + 1] === faces[i]) opposite[i] = thirds[e];
  }
  return opposite;
}

function findNeighbours(edges: Int32Array, vertexCount: number): AdjacencyLists {
  const offsets = new Int32Array(vertexCount + 1);
  for (let i = 0; i < edges.length; i++) offsets[edges[i] + 1]++;
  for (let v = 0; v < vertexCount; v++) offsets[v + 1] += offsets[v];

  // Edges come in ascending order, so first the lower neighbours of a vertex, then the upper ones, fall into place sorted.
  const next = offsets.slice(0, vertexCount);
  const indices = new Int32Array(edges.length);
  for (let e = 0; e < edges.length; e += 2) indices[next[edges[e + 1]]++] = edges[e];
  for (let e = 0; e < edges.length; e += 2) indices[next[edges[e]]++] = edges[e + 1];
  return { offsets, indices };
}

/** The position in `faces` of the corner after position i in the same face. */
const nextCorner = (i: number) => (i % 3 === 2 ? i - 2 : i + 1);

/** The position in `faces` of the corner before position i in the same face. */
const lastCorner = (i: number) => (i % 3 === 0 ? i + 2 : i - 1);
