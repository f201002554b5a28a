// Surface points of a mesh file, for data sets that come with meshes but without points. Runs in worker threads too.

import { FileError } from '../../renderer/errors.ts';
import { parseObj } from '../../renderer/io/obj.ts';
import { boundingSphere } from './build/boundingSphere.ts';
import { cleanMesh } from './build/cleanMesh.ts';
import { exteriorPoints } from './build/surfacePoints.ts';
import { readBytes, type Surface } from './decode.ts';
import { quantizeNormals, quantizePoints, restoreNormals, restorePoints } from './format.ts';
import { type KeptSurface, keptSurface } from './keptSurfaces.ts';

/**
 * Points with normals on what is seen of the mesh from outside, `count` of them, spread evenly by area, in the mesh's own frame: those that a
 * built data set has (`exteriorPoints`), and as exact. Always the same. Materials are passed over.
 *
 * @throws FileError where the file is missing or no OBJ file, or has no surface to be seen.
 */
export function readMeshSurface(path: string, count: number): Surface {
  const bytes = readBytes(path);
  const { points, normals, center, radius } = keptSurface(bytes, count, () =>
    takeSurface(bytes, path, count),
  );
  return {
    points: restorePoints(points).map((value, i) => 2 * radius * value + center[i % 3]),
    normals: restoreNormals(normals),
  };
}

function takeSurface(bytes: Uint8Array, path: string, count: number): KeptSurface {
  const { vertices, faces } = parseObj(bytes, [], path);
  const mesh = cleanMesh({
    vertices: Float64Array.from(vertices),
    faces,
    uv: [],
    uvFaces: new Int32Array(faces.length).fill(-1),
    faceMaterials: new Int32Array(faces.length / 3).fill(-1),
    materials: [],
  });
  if (mesh.faces.length === 0) throw new FileError(path, 'has no surface');
  const { center, radius } = boundingSphere(mesh.vertices);
  const placed = mesh.vertices.map((value, i) => (value - center[i % 3]) / (2 * radius));
  const sampled = exteriorPoints({ vertices: placed, faces: mesh.faces }, count);
  if (!sampled) throw new FileError(path, 'shows nothing of its surface to the outside');
  return {
    points: quantizePoints(sampled.points),
    normals: quantizeNormals(sampled.normals),
    center,
    radius,
  };
}
