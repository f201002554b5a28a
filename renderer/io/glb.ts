// Binary glTF 2.0, the format of viewers, game engines and web pages. Written by glTF-Transform, which is loaded when first needed.

import { ArgumentError } from '../errors.ts';
import { noMaterial } from '../mesh/mesh.ts';
import { vertexNormals } from '../mesh/normals.ts';
import { Topology } from '../mesh/topology.ts';
import type { MeshData } from './meshData.ts';
import { expectFinite } from './obj.ts';

/** Where indices have 16 bits, the largest means "begin anew". */
const MOST_SHORT_INDICES = 0xffff;

/**
 * The bytes of a GLB file with `mesh` as it stands: glTF is right-handed with y up too, and takes the unit of length for a metre. Vertices
 * stay shared and get smooth normals. Colours are those of the vertices; else those of the materials, grey where a face has none. Both
 * are linear in glTF. Texture coordinates and textures are left out. The same mesh gives the same bytes.
 *
 * @throws ArgumentError where the mesh has no faces, or a number that is not finite.
 */
export async function encodeGlb(mesh: MeshData): Promise<Uint8Array> {
  const { Document, WebIO } = await import('@gltf-transform/core');
  const { vertices, faces, colors } = mesh;
  if (faces.length === 0) throw new ArgumentError('the mesh has no faces, and a GLB file cannot be empty');
  expectFinite('vertices', vertices, 3);
  if (colors) expectFinite('colors', colors, 3);

  const document = new Document();
  document.getRoot().getAsset().generator = 'rastergrad';
  const buffer = document.createBuffer();
  const rows = (values: Float32Array) =>
    document.createAccessor().setBuffer(buffer).setType('VEC3').setArray(new Float32Array(values));
  const positions = rows(Float32Array.from(vertices));
  const normals = rows(vertexNormals(vertices, new Topology(faces, vertices.length / 3)));
  const paint = colors && rows(Float32Array.from(colors, (value) => Math.min(Math.max(value, 0), 1)));
  const shape = document.createMesh();
  for (const { name, color, opacity, indices } of surfaces(mesh)) {
    const material = document
      .createMaterial(name)
      .setBaseColorFactor([...color, opacity])
      .setAlphaMode(opacity < 1 ? 'BLEND' : 'OPAQUE')
      .setMetallicFactor(0)
      .setRoughnessFactor(1)
      .setDoubleSided(true);
    const primitive = document
      .createPrimitive()
      .setMaterial(material)
      .setIndices(document.createAccessor().setBuffer(buffer).setType('SCALAR').setArray(indices))
      .setAttribute('POSITION', positions)
      .setAttribute('NORMAL', normals);
    if (paint) primitive.setAttribute('COLOR_0', paint);
    shape.addPrimitive(primitive);
  }
  const scene = document.createScene().addChild(document.createNode().setMesh(shape));
  document.getRoot().setDefaultScene(scene);
  return new WebIO().writeBinary(document);
}

/** Faces that look alike. */
interface Surface {
  name: string;
  /** Linear; vertex colours are multiplied by it. */
  color: readonly [number, number, number];
  opacity: number;
  /** Vertex indices, three a face. */
  indices: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

/** One surface where vertices have colours, else one a material that is in use, faces without material last. */
function surfaces({ vertices, faces, colors, materials, faceMaterials }: MeshData): Surface[] {
  const indicesOf = (chosen: ArrayLike<number>) =>
    vertices.length / 3 <= MOST_SHORT_INDICES ? Uint16Array.from(chosen) : Uint32Array.from(chosen);
  if (colors) return [{ name: '', color: [1, 1, 1], opacity: 1, indices: indicesOf(faces) }];
  const grey = { name: '', diffuse: noMaterial, opacity: 1 };
  return [...materials, grey]
    .map(({ name, diffuse, opacity }, index) => {
      const material = index < materials.length ? index : -1;
      const isOfIt = (_: number, corner: number) => faceMaterials[Math.floor(corner / 3)] === material;
      return { name, color: diffuse, opacity, indices: indicesOf(faces.filter(isOfIt)) };
    })
    .filter(({ indices }) => indices.length > 0);
}
