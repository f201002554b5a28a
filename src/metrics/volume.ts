// How much of space two solids share: a number for people, not for gradients. Solids may have holes, or be points with normals.

import type { RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import {
  pointAreas,
  pointCloudWindingNumbers,
  type Topology,
  windingNumbers,
} from '../../renderer/mesh/index.ts';
import { expectPoints } from './matches.ts';
import type { OrientedPoints } from './normals.ts';

/** A triangle mesh as plain arrays. */
export interface PlainMesh {
  /** [V·3] */
  vertices: RealArray;
  topology: Topology;
}

/** What has an inside: a mesh, or points of its surface with normals that point outwards. */
export type Solid = PlainMesh | OrientedPoints;

export interface VolumetricIouOptions {
  /** Cells along each side of the grid. Default 32. */
  resolution?: number;
}

export interface VolumetricIou {
  /** Cells inside both over cells inside either, in 0 … 1; 1 where no cell is inside either. */
  iou: number;
  /** Numbers of cells inside each. 0: a solid too thin for the grid, or none at all. */
  cells: { predicted: number; target: number };
}

/**
 * Overlap of two solids, tested at the cell centres of a grid over the smallest cube about the middle of both that holds both.
 *
 * A cell is inside where |winding number| > 0.5 (Jacobson et al. 2013), so that holes are closed as smoothly as may be and overlapping
 * parts count once. The absolute value makes a surface that is wound inside out the same solid; where some parts are wound one way
 * and some the other, parts within each other may cancel.
 *
 * @throws ArgumentError where a solid is empty, or the resolution is no whole number from 1 up.
 */
export function volumetricIou(
  predicted: Solid,
  target: Solid,
  { resolution = 32 }: VolumetricIouOptions = {},
): VolumetricIou {
  if (!Number.isInteger(resolution) || resolution < 1) {
    throw new ArgumentError(`resolution is ${resolution}, expected a whole number from 1 up`);
  }
  const places = { predicted: placesOf(predicted), target: placesOf(target) };
  expectPoints(places);
  const centers = cellCenters(boundingCube(Object.values(places)), resolution);
  const [inPredicted, inTarget] = [predicted, target].map((solid) => insideness(centers, solid));
  const cells = { predicted: 0, target: 0 };
  let both = 0;
  for (let k = 0; k < inPredicted.length; k++) {
    const isInPredicted = Math.abs(inPredicted[k]) > 0.5;
    const isInTarget = Math.abs(inTarget[k]) > 0.5;
    if (isInPredicted) cells.predicted++;
    if (isInTarget) cells.target++;
    if (isInPredicted && isInTarget) both++;
  }
  const either = cells.predicted + cells.target - both;
  return { iou: either > 0 ? both / either : 1, cells };
}

const placesOf = (solid: Solid) => ('vertices' in solid ? solid.vertices : solid.points);

function insideness(centers: Float64Array, solid: Solid): Float64Array {
  if ('vertices' in solid) return windingNumbers(centers, solid.vertices, solid.topology.faces);
  const { points, normals } = solid;
  return pointCloudWindingNumbers(centers, points, normals, pointAreas(points, normals));
}

interface Cube {
  center: number[];
  side: number;
}

function boundingCube(clouds: readonly RealArray[]): Cube {
  const { least, most } = boundingBox(clouds);
  return {
    center: least.map((low, axis) => (low + most[axis]) / 2),
    side: Math.max(...least.map((low, axis) => most[axis] - low)),
  };
}

/** Least and largest coordinates along each axis. */
export function boundingBox(clouds: readonly RealArray[]): { least: number[]; most: number[] } {
  const least = new Array(3).fill(Number.POSITIVE_INFINITY);
  const most = new Array(3).fill(Number.NEGATIVE_INFINITY);
  for (const points of clouds) {
    for (let i = 0; i < points.length; i++) {
      least[i % 3] = Math.min(least[i % 3], points[i]);
      most[i % 3] = Math.max(most[i % 3], points[i]);
    }
  }
  return { least, most };
}

/** [resolution³·3], x slowest. */
function cellCenters({ center, side }: Cube, resolution: number): Float64Array {
  const along = (axis: number, cell: number) => center[axis] + side * ((cell + 0.5) / resolution - 0.5);
  const centers = new Float64Array(3 * resolution ** 3);
  let k = 0;
  for (let x = 0; x < resolution; x++) {
    for (let y = 0; y < resolution; y++) {
      for (let z = 0; z < resolution; z++) {
        centers[k++] = along(0, x);
        centers[k++] = along(1, y);
        centers[k++] = along(2, z);
      }
    }
  }
  return centers;
}
