// Light on a surface: Lambert, Phong, Blinn and Phong, or spherical harmonics, on normals of faces or of a smooth surface.

import * as tf from '@tensorflow/tfjs';
import { hostOp } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { reflectionModels } from '../kernels/lighting.ts';
import { type CreaseSplit, faceNormals, type Mesh, smoothNormals, splitAtCreases } from '../mesh/index.ts';
import { shown } from '../shown.ts';
import type { CornerAttributes, Shader, Surface } from '../visibility/index.ts';
import {
  type AlbedoOptions,
  albedoOf,
  checkRows,
  type MaterialParameters,
  materialStarts,
  materialsOfFaces,
} from './albedo.ts';
import { facing } from './facing.ts';
import { checkLights, type Light, lightRows } from './lighting.ts';
import { atFragments, packedAttributes, type Shading, type ShadingScene } from './shading.ts';
import { shRows } from './sphericalHarmonics.ts';

const normalKinds = ['face', 'area', 'angle', 'crease'] as const;

/** Of materials that do not say, and of faces without one: AC3D's own. */
const defaultCreaseDegrees = 45;

/**
 * Of flat faces; of a smooth surface, faces around a vertex weighted by area or by their angle at it; or by angle on either side of
 * edges that are sharper than the material's crease angle.
 */
export type NormalKind = (typeof normalKinds)[number];

export interface LitOptions extends AlbedoOptions {
  /** Default: 'area'. */
  normals?: NormalKind;
  /** Light a face from the side that is seen. Off, faces seen from behind get the light of their front. Default: true. */
  twoSided?: boolean;
}

export interface ReflectionOptions extends LitOptions {
  materials?: MaterialParameters;
  /** Lambert: diffuse alone. Phong and Blinn–Phong: with highlights, by the materials' `specular` and `shininess`. Default: 'lambert'. */
  model?: 'lambert' | 'phong' | 'blinnPhong';
  /** Default: see `defaultLights`. */
  lights?: readonly Light[];
}

/** Half of the light from everywhere, half from above, in front and to the left. */
export const defaultLights: readonly Light[] = [
  { type: 'ambient', color: [0.4, 0.4, 0.4] },
  { type: 'directional', color: [0.6, 0.6, 0.6], direction: [-0.4, 0.7, 0.6] },
];

/** What a material without them has. */
const defaultSpecular = [0.2, 0.2, 0.2];
const defaultShininess = 32;

/** Ambient, directional and point lights. Colours are not cut at 1. */
export function lit(options: ReflectionOptions = {}): Shading {
  const { model = 'lambert', lights = defaultLights, materials = {} } = options;
  if (!reflectionModels.includes(model)) {
    throw new ArgumentError(`model must be one of ${reflectionModels.join(', ')}, but is ${shown(model)}`);
  }
  checkLights(lights);
  const needsPlaces = model !== 'lambert' || lights.some(({ type }) => type === 'point');
  return (scene) => {
    const surfaceOf = litSurface(scene, options);
    const { count } = materialStarts(scene);
    if (materials.specular) checkRows('specular', materials.specular, count, 3);
    if (materials.shininess) checkRows('shininess', materials.shininess, count, 1);
    const ofFaces = materialsOfFaces(scene);
    const places = packedAttributes(scene, ({ vertices, topology }) => ({
      values: vertices,
      indices: topology.faces,
    }));
    const shader: Shader = (_, surface) =>
      lightRows({
        model,
        lights,
        ...surfaceOf(surface),
        ...(needsPlaces && {
          positions: surface.interpolate(places),
          viewpoints: viewpointsOf(scene),
          items: surface.items,
        }),
        ...(model !== 'lambert' && {
          materials: {
            of: atFragments(scene.geometry, surface, ofFaces, -1).map((m) => (m < 0 ? count : m)),
            ...highlights(scene, options),
          },
        }),
      });
    return { shader };
  };
}

export interface SphericalHarmonicOptions extends LitOptions {
  /** [9, 3] of the incident radiance: see `shRows`. */
  coefficients: tf.Tensor2D;
}

/** Diffuse light from all around, as nine coefficients of spherical harmonics. */
export function sphericalHarmonics(options: SphericalHarmonicOptions): Shading {
  if (!(options.coefficients instanceof tf.Tensor)) {
    throw new ArgumentError(`coefficients must be a tensor [9, 3], but are ${shown(options.coefficients)}`);
  }
  return (scene) => {
    const surfaceOf = litSurface(scene, options);
    return {
      shader: (_, surface) => shRows({ coefficients: options.coefficients, ...surfaceOf(surface) }),
    };
  };
}

/** Albedo, normals and seen sides of fragments. */
function litSurface(
  scene: ShadingScene,
  options: LitOptions,
): (surface: Surface) => { albedo: tf.Tensor2D; normals: tf.Tensor2D; sides?: Float32Array } {
  const albedo = albedoOf(scene, options);
  const normals = normalAttributes(scene, options.normals ?? 'area');
  const { items } = scene.geometry;
  const sidesOfFaces = (options.twoSided ?? true) ? facing(scene.geometry) : undefined;
  let start = 0;
  const starts = items.map(({ faceCount }) => {
    start += faceCount;
    return start - faceCount;
  });
  return (surface) => ({
    albedo: albedo.at(surface),
    normals: surface.interpolate(normals),
    ...(sidesOfFaces && { sides: sidesAt(surface, sidesOfFaces, starts) }),
  });
}

/** What `facing` says of the face of each fragment; 1 where there is none. */
function sidesAt({ items, faces }: Surface, ofFaces: Float32Array, starts: readonly number[]): Float32Array {
  const sides = new Float32Array(faces.length).fill(1);
  for (let i = 0; i < faces.length; i++) {
    if (faces[i] >= 0) sides[i] = ofFaces[starts[items[i]] + faces[i]];
  }
  return sides;
}

/** Unit normals at the corners of faces. */
export function normalAttributes(scene: ShadingScene, kind: NormalKind): CornerAttributes {
  if (!normalKinds.includes(kind)) {
    throw new ArgumentError(`normals must be one of ${normalKinds.join(', ')}, but is ${shown(kind)}`);
  }
  if (kind === 'crease') return packedAttributes(scene, creaseNormals);
  return packedAttributes(scene, ({ vertices, topology }) =>
    kind === 'face'
      ? {
          values: faceNormals(vertices, topology),
          indices: Int32Array.from({ length: topology.faces.length }, (_, i) => Math.floor(i / 3)),
        }
      : { values: smoothNormals(vertices, topology, { weights: kind }), indices: topology.faces },
  );
}

function creaseNormals({ vertices, topology, materials, faceMaterials }: Mesh): {
  values: tf.Tensor2D;
  indices: Int32Array;
} {
  const creaseOf = (face: number) =>
    materials?.[faceMaterials?.[face] ?? -1]?.creaseDegrees ?? defaultCreaseDegrees;
  let split: CreaseSplit | undefined;
  hostOp([vertices], [], ([values]) => {
    split = splitAtCreases(values as Float32Array, topology, creaseOf);
  });
  const { topology: own, sources } = split!;
  const rows = tf.gather(vertices, tf.tensor1d(sources, 'int32'));
  return { values: smoothNormals(rows, own, { weights: 'angle' }), indices: own.faces };
}

/** [B, 4], one an item. */
function viewpointsOf({ camera, geometry }: ShadingScene): tf.Tensor2D {
  const viewpoints = camera.viewpoints();
  return camera.viewCount === 1 ? viewpoints.tile([geometry.items.length, 1]) : viewpoints;
}

/** Highlights of all materials, and after them of none. */
function highlights(
  { meshes }: ShadingScene,
  { materials = {} }: ReflectionOptions,
): { specular: tf.Tensor2D; shininess: tf.Tensor1D } {
  const all = meshes.flatMap((mesh) => mesh.materials ?? []);
  const specular =
    materials.specular ??
    tf.tensor2d(
      all.flatMap((material) => material.specular ?? defaultSpecular),
      [all.length, 3],
    );
  const shininess =
    materials.shininess ?? tf.tensor1d(all.map((material) => material.shininess ?? defaultShininess));
  return {
    specular: tf.concat([specular, tf.tensor2d([defaultSpecular])]) as tf.Tensor2D,
    shininess: tf.concat([shininess, tf.tensor1d([defaultShininess])]) as tf.Tensor1D,
  };
}
