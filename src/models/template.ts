// The ellipsoid that a mesh starts as: what a configuration says of it.

import { z } from 'zod';

const halfAxis = z.number().gt(0);

export const templateLevel = z
  .int()
  .min(0)
  .max(5)
  .describe(
    'Subdivisions of the icosahedron that the mesh starts as: 12, 42, 162, 642, 2562, 10242 vertices.',
  );

export const templateRadii = z
  .tuple([halfAxis, halfAxis, halfAxis])
  .describe(
    "Half axes of the ellipsoid along x, y and z, in the data set's unit (its objects have radius 0.5).",
  );
