// STL, text and binary: triangles with corners of their own. Equal corners become one vertex.

import { Lines } from './lines.ts';
import type { MeshData } from './meshData.ts';
import { failAtByte, isReadable } from './place.ts';
import { Polygons } from './polygons.ts';
import { Welder } from './welder.ts';

const headBytes = 80;
const facetBytes = 50;

/**
 * Reads an STL file. Corners at exactly the same place become one vertex, in the order in which they come. Normals and colours
 * are passed over.
 *
 * @param path names the file in errors.
 * @throws FileError `path:line: …` or `path: byte offset: …` where the file cannot be understood or ends early.
 */
export function parseStl(bytes: Uint8Array, path = 'STL'): MeshData {
  return isText(bytes) ? parseText(bytes, path) : parseBinary(bytes, path);
}

/** Binary files begin with 80 bytes of any kind, "solid" among them, and say how long they are. */
function isText(bytes: Uint8Array): boolean {
  if (!/^\s*solid\b/i.test(latin1.decode(bytes.subarray(0, headBytes)))) return false;
  if (bytes.length < headBytes + 4) return true;
  const count = viewOf(bytes).getUint32(headBytes, true);
  return bytes.length !== headBytes + 4 + facetBytes * count;
}

function parseBinary(bytes: Uint8Array, path: string): MeshData {
  const failAt = failAtByte(path);
  const view = viewOf(bytes);
  if (bytes.length < headBytes + 4) failAt(bytes.length, 'the file ends before the number of triangles');
  const count = view.getUint32(headBytes, true);
  const held = Math.floor((bytes.length - headBytes - 4) / facetBytes);
  if (held < count) failAt(headBytes, `the file says ${count} triangles, but has bytes for ${held}`);
  const vertices = new Welder(3);
  const faces = new Int32Array(3 * count);
  const corner = new Float64Array(3);
  for (let k = 0; k < faces.length; k++) {
    // Behind the normal, three floats a corner.
    const offset = headBytes + 4 + facetBytes * Math.floor(k / 3) + 12 * (1 + (k % 3));
    for (let axis = 0; axis < 3; axis++) {
      corner[axis] = view.getFloat32(offset + 4 * axis, true);
      if (!isReadable(corner[axis]))
        failAt(offset + 4 * axis, `coordinate ${corner[axis]}, expected a finite number`);
    }
    faces[k] = vertices.add(corner);
  }
  const none = new Int32Array(faces.length).fill(-1);
  return meshOf(vertices, { faces, uvFaces: none, faceMaterials: none.slice(0, count) });
}

function parseText(bytes: Uint8Array, path: string): MeshData {
  const lines = new Lines(bytes, path);
  const vertices = new Welder(3);
  const polygons = new Polygons(lines.failAt);
  const corner = new Float64Array(3);
  let openSolids = 0;
  let corners = 0;
  let facets = 0;
  while (lines.nextLine()) {
    switch (lines.word.toLowerCase()) {
      case 'solid':
        openSolids++;
        break;
      case 'endsolid':
        openSolids--;
        break;
      case 'facet':
      case 'outer':
        if (corners > 0) lines.fail('facet begins before the one before it ends');
        break;
      case 'vertex':
        lines.numbers('vertex', corner, 3);
        polygons.corner(vertices.add(corner));
        corners++;
        break;
      case 'endloop':
        if (corners < 3) lines.fail(`facet has ${corners} vertices, expected 3`);
        polygons.close(lines.line);
        corners = 0;
        facets++;
        break;
      case 'endfacet':
        break;
      default:
        lines.fail(`"${lines.word.slice(0, 40)}" is not a word of STL files`);
    }
  }
  if (openSolids > 0 || corners > 0) lines.fail(`ends after ${facets} facets without endsolid`);
  const positions = vertices.finish();
  return meshOf(vertices, polygons.finish(positions, 0));
}

function meshOf(vertices: Welder, parts: Pick<MeshData, 'faces' | 'uvFaces' | 'faceMaterials'>): MeshData {
  return { vertices: vertices.finish(), uv: new Float64Array(), materials: [], ...parts };
}

const latin1 = new TextDecoder('latin1');

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
