// Light as a network predicts it, on the vertices of its mesh: as second-order spherical harmonics or one far lamp, one set of numbers a
// picture.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { smoothNormals } from '../../renderer/index.ts';
import type { Topology } from '../../renderer/mesh/index.ts';

export const lightOptions = z
  .strictObject({
    type: z
      .enum(['none', 'sphericalHarmonics', 'lamp'])
      .default('none')
      .describe(
        'What colours are multiplied with: nothing; light from all around in nine numbers; or light from everywhere and from one far lamp.',
      ),
    colored: z.boolean().default(false).describe('Light of its own for red, green and blue, or white light.'),
  })
  .prefault({})
  .describe('Light that is predicted beside colours or texture, as in DIB-R.');

export type LightOptions = z.output<typeof lightOptions>;

/** Numbers a channel. */
const coefficientCounts = { none: 0, sphericalHarmonics: 9, lamp: 4 };

/** Numbers that a network has to predict of the light in a picture. */
export const lightSize = ({ type, colored }: LightOptions): number =>
  coefficientCounts[type] * (colored ? 3 : 1);

/** Of Y₀₀; Y₁ (y, z, x); Y₂ (xy, yz, 3z² − 1, xz, x² − y²), each with its share A_l/π of the cosine lobe: renderer/kernels/sphericalHarmonics.ts. */
const harmonicFactors = [
  Math.sqrt(1 / (4 * Math.PI)),
  ...Array<number>(3).fill((2 / 3) * Math.sqrt(3 / (4 * Math.PI))),
  Math.sqrt(15 / (4 * Math.PI)) / 4,
  Math.sqrt(15 / (4 * Math.PI)) / 4,
  Math.sqrt(5 / (16 * Math.PI)) / 4,
  Math.sqrt(15 / (4 * Math.PI)) / 4,
  Math.sqrt(15 / (16 * Math.PI)) / 4,
];

/**
 * How light the surface is at each vertex, by its smooth normal n: what albedo is multiplied with. Between vertices it is interpolated
 * (Gouraud), which a mesh of some hundred vertices shows no worse than light that varies this slowly.
 *
 * - `sphericalHarmonics`: E(n)/π of radiance with nine coefficients, as `shRows` (Ramamoorthi and Hanrahan 2001): 1 in the constant light
 *   1.
 * - `lamp`: a + max(0, n·l), with the light a from everywhere and the lamp l, its direction times its strength.
 *
 * Deviations from light of 1 from everywhere are what is given: of zeros, everything is 1.
 *
 * @param numbers [B, lightSize]
 * @returns [B, V, 1], or [B, V, 3] where light is coloured; differentiable in numbers and vertices
 */
export function lightOnVertices(
  { type, colored }: LightOptions,
  numbers: tf.Tensor2D,
  vertices: tf.Tensor3D,
  topology: Topology,
): tf.Tensor3D {
  const count = coefficientCounts[type];
  const coefficients = numbers.reshape([-1, count, colored ? 3 : 1]) as tf.Tensor3D;
  const normals = smoothNormals(vertices, topology);
  if (type === 'lamp') {
    const ambient = coefficients.slice([0, 0, 0], [-1, 1, -1]);
    const lamp = coefficients.slice([0, 1, 0], [-1, 3, -1]) as tf.Tensor3D;
    return tf.relu(normals.matMul(lamp)).add(ambient).add(1);
  }
  return harmonics(normals).matMul(coefficients).add(1) as tf.Tensor3D;
}

/** [B, V, 3] → [B, V, 9] */
function harmonics(normals: tf.Tensor3D): tf.Tensor3D {
  const [x, y, z] = tf.split(normals, 3, 2);
  const basis = [
    tf.onesLike(x),
    ...[y, z, x],
    ...[x.mul(y), y.mul(z), z.square().mul(3).sub(1), x.mul(z), x.square().sub(y.square())],
  ];
  return tf.concat(basis, 2).mul(tf.tensor1d(harmonicFactors)) as tf.Tensor3D;
}
