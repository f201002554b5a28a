// How often the surface that a cloud of oriented points samples winds around a point, without ever making that surface.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { DipoleTree } from './dipoleTree.ts';
import { atEach, expectBeta, type WindingNumberOptions } from './windingNumber.ts';

/** Part of a point's area that is added to squared distances from it. */
const softening = 0.1;

/**
 * Winding numbers of points with outward normals and an area each, such as `pointAreas` gives: Σ aₖ nₖ·(pₖ − q) / (4π |pₖ − q|³), summed
 * with the tree of Barill et al., "Fast winding numbers for soups and clouds", SIGGRAPH 2018, section 4.
 *
 * One thing is not theirs. A bit of surface covers half of all directions at most, but the field of a point has no bound, so that places
 * right before and behind it would count as inside and outside at random. Hence a tenth of the area is added to the squared distance:
 * a point alone reaches 0.31 at most, never the 0.5 of an inside. Farther away than √a this changes next to nothing.
 *
 * @param queries [Q·3]
 * @param points [N·3]
 * @param normals [N·3] unit normals
 * @param areas [N]
 * @returns [Q]
 * @throws ArgumentError where lengths disagree, or beta is less than 1.
 */
export function pointCloudWindingNumbers(
  queries: RealArray,
  points: RealArray,
  normals: RealArray,
  areas: RealArray,
  { beta = 2 }: WindingNumberOptions = {},
): Float64Array {
  expectBeta(beta);
  const count = areas.length;
  if (points.length !== 3 * count || normals.length !== 3 * count) {
    throw new ArgumentError(
      `points has ${points.length} numbers and normals has ${normals.length}, expected 3 for each of ${count} areas`,
    );
  }
  const areaVectors = Float64Array.from(normals, (value, i) => value * areas[Math.floor(i / 3)]);
  const near = (point: number, x: number, y: number, z: number) => {
    const rx = points[3 * point] - x;
    const ry = points[3 * point + 1] - y;
    const rz = points[3 * point + 2] - z;
    const squared = rx * rx + ry * ry + rz * rz + softening * areas[point];
    const flux =
      rx * areaVectors[3 * point] + ry * areaVectors[3 * point + 1] + rz * areaVectors[3 * point + 2];
    return squared > 0 ? flux / (4 * Math.PI * squared * Math.sqrt(squared)) : 0;
  };
  const tree = new DipoleTree(
    {
      count,
      centers: Float64Array.from(points),
      areaVectors,
      spreads: new Float64Array(6 * count),
      radii: Float64Array.from(areas, (area) => Math.sqrt(area / Math.PI)),
    },
    beta,
    near,
  );
  return atEach(queries, (x, y, z) => tree.windingNumber(x, y, z));
}
