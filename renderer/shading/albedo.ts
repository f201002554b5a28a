// The colour of a surface before any light falls on it: of its materials, times that of its vertices, times what its textures show.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { noMaterial, type Texture } from '../mesh/index.ts';
import type { CornerAttributes, Surface } from '../visibility/index.ts';
import { atFragments, ofFaces, packedAttributes, type ShadingScene } from './shading.ts';
import { sampleTextures } from './texture.ts';

/** Parameters of materials in place of the meshes' own, one row a material, those of all meshes one after another. */
export interface MaterialParameters {
  /** [M, 3] linear. */
  diffuse?: tf.Tensor2D;
  /** [M, 3] linear. */
  specular?: tf.Tensor2D;
  /** [M] */
  shininess?: tf.Tensor1D;
}

export interface AlbedoOptions {
  materials?: Pick<MaterialParameters, 'diffuse'>;
  /** Filter far textures through pyramids of them, by how fast texture coordinates change from pixel to pixel. Default: true. */
  mipmaps?: boolean;
}

/** Albedo as attributes where there are no textures, and as a function of fragments. */
export interface Albedo {
  /** Absent where textures are in play. */
  attributes?: CornerAttributes;
  /** [N, 3] */
  at(surface: Surface): tf.Tensor2D;
}

/** @throws ArgumentError where given parameters are not those of the materials. */
export function albedoOf(scene: ShadingScene, { materials = {}, mipmaps = true }: AlbedoOptions): Albedo {
  const { meshes, geometry } = scene;
  const factors = [
    ...(meshes.some(({ colors }) => colors) ? [vertexColorAttributes(scene)] : []),
    ...(meshes.every(({ colors, materials: own }) => colors && !own)
      ? []
      : [diffuseAttributes(scene, materials)]),
  ];
  const textures = texturesOf(scene);
  if (!textures && factors.length === 1) {
    return { attributes: factors[0], at: (surface) => surface.interpolate(factors[0]) };
  }
  return {
    at(surface) {
      const colors = factors.map((factor) => surface.interpolate(factor));
      if (textures) {
        const { list, ofFace, uv } = textures;
        const which = atFragments(geometry, surface, ofFace, -1);
        const footprint = mipmaps ? surface.pixelDerivatives(uv) : undefined;
        colors.push(sampleTextures(list, which, surface.interpolate(uv), footprint));
      }
      return colors.reduce((product, color) => product.mul(color));
    },
  };
}

/** How many materials come before those of each mesh, and in all. */
export function materialStarts({ meshes }: ShadingScene): { starts: number[]; count: number } {
  let count = 0;
  const starts = meshes.map(({ materials = [] }) => {
    count += materials.length;
    return count - materials.length;
  });
  return { starts, count };
}

/** Of each face, its material among those of all meshes; −1 = none. */
export function materialsOfFaces(scene: ShadingScene): Int32Array {
  const { starts } = materialStarts(scene);
  return ofFaces(scene, ({ faceMaterials }, face, m) =>
    faceMaterials && faceMaterials[face] >= 0 ? starts[m] + faceMaterials[face] : -1,
  );
}

/** @throws ArgumentError unless it has a row for each material. */
export function checkRows(name: string, rows: tf.Tensor, count: number, width: number): void {
  const shape = width === 1 ? [count] : [count, width];
  if (!tf.util.arraysEqual(rows.shape, shape)) {
    throw new ArgumentError(
      `materials.${name} must have shape [${shape}], a row for each material, but has [${rows.shape}]`,
    );
  }
}

/** White where a mesh has no vertex colours. */
function vertexColorAttributes(scene: ShadingScene): CornerAttributes {
  return packedAttributes(scene, (mesh) => {
    const { colors, topology } = mesh;
    if (colors && colors.shape[1] !== 3) {
      throw new ArgumentError(
        `colors must have shape [${topology.vertexCount}, 3], but have [${colors.shape}]; vertexColors takes any number of channels`,
      );
    }
    return colors
      ? { values: colors, indices: topology.faces }
      : { values: tf.ones([1, 3]) as tf.Tensor2D, indices: new Int32Array(topology.faces.length) };
  });
}

/** Where a face has no material: white under vertex colours, else grey. */
function diffuseAttributes(
  scene: ShadingScene,
  { diffuse }: Pick<MaterialParameters, 'diffuse'>,
): CornerAttributes {
  const { starts, count } = materialStarts(scene);
  if (diffuse) checkRows('diffuse', diffuse, count, 3);
  return packedAttributes(scene, ({ colors, topology, materials = [], faceMaterials }, m) => {
    const own = diffuse
      ? diffuse.slice([starts[m], 0], [materials.length, 3])
      : tf.tensor2d(
          materials.flatMap((material) => material.diffuse),
          [materials.length, 3],
        );
    const indices = new Int32Array(topology.faces.length);
    for (let i = 0; i < indices.length; i++) {
      const material = faceMaterials?.[Math.floor(i / 3)] ?? -1;
      indices[i] = material < 0 ? materials.length : material;
    }
    return {
      values: tf.concat([own, tf.tensor2d([colors ? [1, 1, 1] : noMaterial])]) as tf.Tensor2D,
      indices,
    };
  });
}

const hasCoordinates = (indices: Int32Array, face: number): boolean =>
  indices[3 * face] >= 0 && indices[3 * face + 1] >= 0 && indices[3 * face + 2] >= 0;

interface Textures {
  list: Texture[];
  /** Texture of each face, −1 = none. */
  ofFace: Int32Array;
  uv: CornerAttributes;
}

/** The textures in use; undefined where there are none. */
function texturesOf(scene: ShadingScene): Textures | undefined {
  const list: Texture[] = [];
  const numberOf = (texture: Texture): number => {
    const known = list.indexOf(texture);
    return known >= 0 ? known : list.push(texture) - 1;
  };
  // Of each material of each mesh, once a face asks for it.
  const numbers = scene.meshes.map(({ materials = [] }) => new Array<number | undefined>(materials.length));
  const ofFace = ofFaces(scene, ({ uv, textures, materials, faceMaterials }, face, m) => {
    const material = faceMaterials?.[face] ?? -1;
    if (material < 0 || !uv || !hasCoordinates(uv.indices, face)) return -1;
    let number = numbers[m][material];
    if (number === undefined) {
      // Names come from files, and may be those of an object's own inheritance.
      const name = materials?.[material]?.diffuseTexture ?? '';
      const texture = textures && Object.hasOwn(textures, name) ? textures[name] : undefined;
      number = texture ? numberOf(texture) : -1;
      numbers[m][material] = number;
    }
    return number;
  });
  if (list.length === 0) return undefined;
  const uv = packedAttributes(scene, ({ uv, topology }) =>
    uv
      ? { values: uv.values, indices: uv.indices.map((row) => Math.max(row, 0)) }
      : { values: tf.zeros([1, 2]) as tf.Tensor2D, indices: new Int32Array(topology.faces.length) },
  );
  return { list, ofFace, uv };
}
