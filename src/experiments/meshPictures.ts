// What there is to see of a mesh, from all around.

import type { NdArray } from 'ndarray';
import {
  clay,
  type Light,
  lit,
  type Mesh,
  type NormalKind,
  type Shading,
  unlit,
} from '../../renderer/index.ts';
import {
  distancePortrait,
  normalPortrait,
  type PortraitOptions,
  portrait,
  silhouettePortrait,
  uvPortrait,
} from './portrait.ts';

/** What a picture shows: the shaded surface, or one of its properties. See the function of each in portrait.ts. */
export const shown = {
  color: portrait,
  depth: distancePortrait,
  normals: normalPortrait,
  uv: uvPortrait,
  silhouette: silhouettePortrait,
} as const;

export const shadings = ['unlit', 'lambert', 'phong', 'clay'] as const;

export interface MeshPicturesOptions extends Omit<PortraitOptions, 'shading' | 'normals'> {
  /** Pictures, one every 360° / views, the first from `azimuthDegrees`. */
  views: number;
  show: keyof typeof shown;
  /** Default: that of `render`, which depends on the mesh. */
  shading?: (typeof shadings)[number];
  /** Of flat faces, or of a smooth surface. */
  normals: NormalKind;
  lamp: Lamp;
}

/** A lamp far away that stays where it is while the mesh turns: towards +x from the viewer, and above the horizon. */
export interface Lamp {
  azimuthDegrees: number;
  elevationDegrees: number;
}

/**
 * Draws `mesh` as if it turned on a stand before a camera and a lamp that do not move.
 *
 * @returns a picture for each view, as the function that `show` names makes it
 * @throws ArgumentError for a mesh without vertices
 */
export function meshPictures(
  mesh: Mesh,
  { views, show, shading, lamp, ...options }: MeshPicturesOptions,
): NdArray<Float32Array>[] {
  return Array.from({ length: views }, (_, view) => {
    const azimuthDegrees = options.azimuthDegrees + (360 * view) / views;
    const { normals } = options;
    return shown[show](mesh, {
      ...options,
      azimuthDegrees,
      shading:
        shading &&
        shadingOf(shading, normals, { ...lamp, azimuthDegrees: lamp.azimuthDegrees + azimuthDegrees }),
    });
  });
}

/** Light from everywhere, and from the lamp. Linear. */
const ambient = [0.4, 0.4, 0.4] as const;
const directional = [0.6, 0.6, 0.6] as const;

function shadingOf(name: (typeof shadings)[number], normals: NormalKind, lamp: Lamp): Shading {
  if (name === 'unlit') return unlit();
  if (name === 'clay') return clay;
  const [azimuth, elevation] = [lamp.azimuthDegrees, lamp.elevationDegrees].map(
    (angle) => (angle * Math.PI) / 180,
  );
  const lights: Light[] = [
    { type: 'ambient', color: ambient },
    {
      type: 'directional',
      color: directional,
      direction: [
        Math.cos(elevation) * Math.sin(azimuth),
        Math.sin(elevation),
        Math.cos(elevation) * Math.cos(azimuth),
      ],
    },
  ];
  return lit({ model: name, lights, normals });
}
