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

/**
 * `count` (even) views around the object, one every 360°/count from 20° on, in turn 15° and 35° above the horizon. With a
 * multiple of 4, a turn of the object by 90° maps the rig onto itself.
 */
export function viewRig(count: number): RigView[] {
  return Array.from({ length: count }, (_, i) => {
    const azimuthDegrees = 20 + (360 / count) * i;
    const elevationDegrees = i % 2 === 0 ? 15 : 35;
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
    return { azimuthDegrees, elevationDegrees, worldToCamera: Array.from(view, roundedTo12Decimals) };
  });
}

function roundedTo12Decimals(value: number): number {
  return Math.round(value * 1e12) / 1e12 + 0;
}
