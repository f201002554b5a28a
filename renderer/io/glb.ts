// Binary glTF 2.0, the format of viewers, game engines and web pages. Written by glTF-Transform, which is loaded when first needed.

import type { Document, Texture as GlbTexture, TextureInfo } from '@gltf-transform/core';
import { ArgumentError } from '../errors.ts';
import { noMaterial, type WrapMode } from '../mesh/mesh.ts';
import { vertexNormals } from '../mesh/normals.ts';
import { Topology } from '../mesh/topology.ts';
import { encodePng } from './image.ts';
import type { MeshData, TextureData } from './meshData.ts';
import { expectFinite } from './obj.ts';

/** Where indices have 16 bits, the largest means "begin anew". */
const MOST_SHORT_INDICES = 0xffff;

/**
 * The bytes of a GLB file with `mesh` as it stands: glTF is right-handed with y up too, and takes the unit of length for a metre. Vertices
 * stay shared but where texture coordinates differ, as the format has one index for both, and get smooth normals. Colours of materials and
 * vertices, which are multiplied, are linear in glTF; faces without material are white where vertices have colours, else grey. Textures are
 * in the file, as PNG. The same mesh gives the same bytes.
 *
 * @throws ArgumentError where the mesh has no faces, or a number that is not finite.
 */
export async function encodeGlb(mesh: MeshData): Promise<Uint8Array> {
  const { Document, WebIO } = await import('@gltf-transform/core');
  const { vertices, faces, colors, uv, textures: pictures = {} } = mesh;
  if (faces.length === 0) throw new ArgumentError('the mesh has no faces, and a GLB file cannot be empty');
  expectFinite('vertices', vertices, 3);
  if (colors) expectFinite('colors', colors, 3);
  expectFinite('uv', uv, 2);

  const document = new Document();
  document.getRoot().getAsset().generator = 'rastergrad';
  const buffer = document.createBuffer();
  const { corners, vertexOf, uvOf } = splitAtSeams(mesh);
  const rows = (type: 'VEC2' | 'VEC3', values: Float32Array<ArrayBuffer>) =>
    document.createAccessor().setBuffer(buffer).setType(type).setArray(values);
  const triples = (values: ArrayLike<number>) =>
    rows(
      'VEC3',
      Float32Array.from(
        { length: 3 * vertexOf.length },
        (_, i) => values[3 * vertexOf[Math.floor(i / 3)] + (i % 3)],
      ),
    );
  const attributes = {
    POSITION: triples(vertices),
    NORMAL: triples(vertexNormals(vertices, new Topology(faces, vertices.length / 3))),
    ...(colors && {
      COLOR_0: triples(Float32Array.from(colors, (value) => Math.min(Math.max(value, 0), 1))),
    }),
    // v points down in glTF.
    ...(uv.length > 0 && {
      TEXCOORD_0: rows(
        'VEC2',
        Float32Array.from({ length: 2 * uvOf.length }, (_, i) => {
          const [row, isV] = [uvOf[i >> 1], i % 2 === 1];
          if (row < 0) return 0;
          return isV ? 1 - uv[2 * row + 1] : uv[2 * row];
        }),
      ),
    }),
  };
  const textures = new Map<string, GlbTexture>();
  const shape = document.createMesh();
  for (const { name, color, opacity, texture, indices } of surfaces(mesh, corners, vertexOf.length)) {
    const picture = Object.hasOwn(pictures, texture ?? '') ? pictures[texture ?? ''] : undefined;
    const isTransparent = opacity < 1 || (picture !== undefined && hasAlpha(picture.image));
    const material = document
      .createMaterial(name)
      .setBaseColorFactor([...color, opacity])
      .setAlphaMode(isTransparent ? 'BLEND' : 'OPAQUE')
      .setMetallicFactor(0)
      .setRoughnessFactor(1)
      .setDoubleSided(true);
    if (texture !== undefined && picture) {
      const known = textures.get(texture) ?? (await embed(document, texture, picture));
      textures.set(texture, known);
      setWrap(material.setBaseColorTexture(known).getBaseColorTextureInfo(), picture);
    }
    const primitive = document
      .createPrimitive()
      .setMaterial(material)
      .setIndices(document.createAccessor().setBuffer(buffer).setType('SCALAR').setArray(indices));
    for (const [semantic, accessor] of Object.entries(attributes)) primitive.setAttribute(semantic, accessor);
    shape.addPrimitive(primitive);
  }
  const scene = document.createScene().addChild(document.createNode().setMesh(shape));
  document.getRoot().setDefaultScene(scene);
  return new WebIO().writeBinary(document);
}

/** Vertices as the format wants them, with one texture coordinate each. */
interface SplitVertices {
  /** [F·3] new vertex at each corner. */
  corners: Int32Array;
  /** By new vertex: the old one. The first ones are the old ones in their order. */
  vertexOf: number[];
  /** By new vertex: its texture coordinate, −1 = none. */
  uvOf: number[];
}

function splitAtSeams({ vertices, faces, uvFaces }: MeshData): SplitVertices {
  const vertexOf = Array.from({ length: vertices.length / 3 }, (_, vertex) => vertex);
  const uvOf = vertexOf.map(() => -1);
  /** By new vertex: the next one that was split off the same old vertex. */
  const next = vertexOf.map(() => -1);
  const corners = faces.map((vertex, corner) => {
    const uv = uvFaces[corner];
    if (uv < 0) return vertex;
    let split = vertex;
    while (uvOf[split] !== uv && uvOf[split] >= 0 && next[split] >= 0) split = next[split];
    if (uvOf[split] < 0) uvOf[split] = uv;
    if (uvOf[split] === uv) return split;
    next[split] = vertexOf.push(vertex) - 1;
    uvOf.push(uv);
    next.push(-1);
    return next[split];
  });
  return { corners, vertexOf, uvOf };
}

/** Faces that look alike. */
interface Surface {
  name: string;
  /** Linear; vertex colours and the texture are multiplied by it. */
  color: readonly [number, number, number];
  opacity: number;
  texture?: string;
  /** Vertex indices, three a face. */
  indices: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

/** One a material that is in use, faces without material last. */
function surfaces(
  { colors, materials, faceMaterials }: MeshData,
  corners: Int32Array,
  vertexCount: number,
): Surface[] {
  const indicesOf = (chosen: ArrayLike<number>) =>
    vertexCount <= MOST_SHORT_INDICES ? Uint16Array.from(chosen) : Uint32Array.from(chosen);
  const plain: Surface['color'] = colors ? [1, 1, 1] : noMaterial;
  return [...materials, { name: '', diffuse: plain, opacity: 1, diffuseTexture: undefined }]
    .map(({ name, diffuse, opacity, diffuseTexture }, index) => {
      const material = index < materials.length ? index : -1;
      const isOfIt = (_: number, corner: number) => faceMaterials[Math.floor(corner / 3)] === material;
      const indices = indicesOf(corners.filter(isOfIt));
      return { name, color: diffuse, opacity, texture: diffuseTexture, indices };
    })
    .filter(({ indices }) => indices.length > 0);
}

async function embed(document: Document, name: string, { image }: TextureData): Promise<GlbTexture> {
  const bytes = new Uint8Array(await encodePng(image));
  return document.createTexture(name).setMimeType('image/png').setImage(bytes);
}

const wrapNumbers: Record<WrapMode, 10497 | 33071 | 33648> = { repeat: 10497, clamp: 33071, mirror: 33648 };

function setWrap(info: TextureInfo | null, { wrapU = 'repeat', wrapV = 'repeat' }: TextureData): void {
  info?.setWrapS(wrapNumbers[wrapU]).setWrapT(wrapNumbers[wrapV]);
}

function hasAlpha(image: TextureData['image']): boolean {
  const [height, width] = image.shape;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) if (image.get(row, column, 3) < 255) return true;
  }
  return false;
}
