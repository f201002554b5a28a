// The cameras that take every object's pictures.

import { lookAt } from '../../../renderer/camera/index.ts';

/** A camera by the direction in which it stands, seen from the object. */
export interface RigView {
  /** From +z (the object's front) towards +x. */
  azimuthDegrees: number;
  /** Above the horizon. */
  elevationDegrees: number;
  /** 16 numbers, row-major. */
  worldToCamera: number[];
}

export const fovDegrees = 30;
export const distance = 2;

/** `count` views around the object, one every 360°/count from 20° on, in turn at each of the elevations. */
export function viewRig(count: number, elevationsDegrees: readonly number[]): RigView[] {
  return Array.from({ length: count }, (_, i) => {
    const azimuthDegrees = rounded(20 + (360 / count) * i, 2);
    const elevationDegrees = elevationsDegrees[i % elevationsDegrees.length];
    const azimuth = (azimuthDegrees * Math.PI) / 180;
    const elevation = (elevationDegrees * Math.PI) / 180;
    const view = lookAt({
      eye: [
        distance * Math.cos(elevation) * Math.sin(azimuth),
        distance * Math.sin(elevation),
        distance * Math.cos(elevation) * Math.cos(azimuth),
      ],
    });
    // Twelve decimals: far below any picture's accuracy, and the same digits wherever the last bit of a sine differs.
    return {
      azimuthDegrees,
      elevationDegrees,
      worldToCamera: Array.from(view, (value) => rounded(value, 12)),
    };
  });
}

/** `+ 0` turns −0 into 0. */
function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals + 0;
}
