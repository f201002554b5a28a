// The rigs of cameras that a data set can be rendered with: where the cameras of an object stand, and their lens.

import { r2n2FovDegrees } from '../../../renderer/camera/index.ts';
import { Random } from '../../tensor/random.ts';
import type { StoredCamera } from '../format.ts';
import { r2n2FarthestDistance } from '../r2n2.ts';
import { distance, fovDegrees, ringCameras, rounded } from './rig.ts';

export const viewCount = 24;

export interface Rig {
  description: string;
  fovDegrees: number;
  /** Where the input camera of a sample stands; the mean where distances vary. */
  distance: number;
  /** The cameras of an object, `viewCount` of them; the same for the same id, whatever else is built. */
  cameras(id: string): StoredCamera[];
}

/** R2N2's cameras stand at its greatest distance times a random ratio, in units of a model's diagonal; so does the mean of its ratios. */
const leastRatio = 0.65;

const ring: StoredCamera[] = ringCameras(viewCount, [10, 25, 40]);

/** All rigs by name. */
export const rigs = {
  ring: {
    description: 'every 15° around the object, in turn 10°, 25° and 40° above the horizon, at distance 2',
    fovDegrees,
    distance,
    // A turn of the object by 45° maps this rig onto itself.
    cameras: () => ring,
  },
  // Choy et al., "3D-R2N2", 2016, and its renderings of ShapeNet.
  r2n2: {
    description:
      'all around, from 25° to 30° above the horizon, at distances from 1.1375 to 1.75, as 3D-R2N2',
    fovDegrees: r2n2FovDegrees,
    distance: (r2n2FarthestDistance * (1 + leastRatio)) / 2,
    cameras: (id) =>
      randomCameras(id, (random) => [
        360 * random.uniform(),
        25 + 5 * random.uniform(),
        r2n2FarthestDistance * (leastRatio + (1 - leastRatio) * random.uniform()),
      ]),
  },
  // Niemeyer et al., "Differentiable Volumetric Rendering", 2020: views from the upper hemisphere.
  dvr: {
    description: 'spread at random over the upper hemisphere, at distance 2, as for DVR',
    fovDegrees,
    distance,
    // Heights of a uniform spread over a sphere are uniform (Archimedes).
    cameras: (id) =>
      randomCameras(id, (random) => [
        360 * random.uniform(),
        (Math.asin(random.uniform()) * 180) / Math.PI,
        distance,
      ]),
  },
} satisfies Record<string, Rig>;

export type RigName = keyof typeof rigs;

export const rigNames = Object.keys(rigs) as RigName[];

function randomCameras(id: string, draw: (random: Random) => StoredCamera): StoredCamera[] {
  const random = new Random('cameras').split(id);
  return Array.from({ length: viewCount }, () => {
    const [azimuth, elevation, away] = draw(random);
    return [rounded(azimuth, 3), Math.min(rounded(elevation, 3), 89), rounded(away, 5)];
  });
}
