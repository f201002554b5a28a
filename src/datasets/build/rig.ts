// The cameras that take every object's pictures.

import { lookAt } from '../../../renderer/camera/index.ts';
import type { StoredCamera } from '../format.ts';

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
  return ringCameras(count, elevationsDegrees).map(cameraView);
}

/** The cameras of `viewRig`. */
export function ringCameras(count: number, elevationsDegrees: readonly number[]): StoredCamera[] {
  return Array.from({ length: count }, (_, i) => [
    rounded(20 + (360 / count) * i, 2),
    elevationsDegrees[i % elevationsDegrees.length],
    distance,
  ]);
}

/** What a camera that looks at the origin from that direction and distance sees. */
export function cameraView([azimuthDegrees, elevationDegrees, away]: StoredCamera): RigView {
  const azimuth = (azimuthDegrees * Math.PI) / 180;
  const elevation = (elevationDegrees * Math.PI) / 180;
  const view = lookAt({
    eye: [
      away * Math.cos(elevation) * Math.sin(azimuth),
      away * Math.sin(elevation),
      away * Math.cos(elevation) * Math.cos(azimuth),
    ],
  });
  // Twelve decimals: far below any picture's accuracy, and the same digits wherever the last bit of a sine differs.
  return {
    azimuthDegrees,
    elevationDegrees,
    worldToCamera: Array.from(view, (value) => rounded(value, 12)),
  };
}

/** `+ 0` turns −0 into 0. */
export function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals + 0;
}
