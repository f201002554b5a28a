// A mesh as files hold it, with the pictures of its textures, in the frame of a data set and ready to render.

import type { ByteImage, MeshData } from '../../../renderer/io/index.ts';
import { textureSize } from './collection.ts';
import { cornersOf, normalize, rotate } from './model.ts';
import type { PaintedMesh } from './pictures.ts';
import { toTexture } from './texture.ts';

export interface PaintOptions {
  /** Pictures by the names that materials use. */
  images: ReadonlyMap<string, ByteImage>;
  /** 9 numbers, row-major: turns the model upright, its front towards +z. */
  rotation: readonly number[];
  /** Faces less opaque are left out: by their material, times the alpha that their texture has at their middle. */
  leastOpacity: number;
}

/** A rotation for models that are upright already, and keep their front. */
export const asTheyStand: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** The pictures that come with a mesh, as `PaintOptions.images`. */
export const imagesOf = ({ textures = {} }: MeshData): PaintOptions['images'] =>
  new Map(Object.entries(textures).map(([name, { image }]) => [name, image]));

export function paintedMesh(data: MeshData, { images, rotation, leastOpacity }: PaintOptions): PaintedMesh {
  const drawn = Array.from(data.faceMaterials.keys()).filter((face) => {
    const material = data.materials[data.faceMaterials[face]];
    if (!material) return true;
    const image = images.get(material.diffuseTexture ?? '');
    return material.opacity * (image ? alphaAtMiddle(image, data, face) : 1) >= leastOpacity;
  });
  const faces = cornersOf(data.faces, drawn);
  const textures = new Map(Array.from(images, ([name, image]) => [name, toTexture(image, textureSize)]));
  return {
    vertices: normalize(rotate(data.vertices, rotation), faces),
    faces,
    uv: data.uv,
    uvFaces: cornersOf(data.uvFaces, drawn),
    faceMaterials: Int32Array.from(drawn, (face) => data.faceMaterials[face]),
    materials: data.materials.map(({ diffuse, diffuseTexture }) => ({
      color: diffuse,
      texture: textures.get(diffuseTexture ?? ''),
    })),
  };
}

/** 0 to 1; 1 for a face without texture coordinates. */
function alphaAtMiddle(image: ByteImage, { uv, uvFaces }: MeshData, face: number): number {
  const [height, width] = image.shape;
  const rows = [0, 1, 2].map((corner) => uvFaces[3 * face + corner]);
  if (rows[0] < 0) return 1;
  const middle = [0, 1].map((axis) => rows.reduce((sum, row) => sum + uv[2 * row + axis] / 3, 0));
  const [u, v] = middle.map((value) => value - Math.floor(value));
  const column = Math.min(Math.floor(u * width), width - 1);
  const row = Math.min(Math.floor((1 - v) * height), height - 1);
  return image.get(row, column, 3) / 255;
}
