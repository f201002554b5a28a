// Colours that tell how far a mesh is from a surface.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { icosphere } from '../../../renderer/index.ts';
import { linearToSrgb } from '../../../renderer/io/colorSpace.ts';
import { errorMesh } from '../../../src/experiments/surfaceError.ts';
import { rampColor } from '../../../src/pictures/index.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(async () => {
  await useTestBackend();
});

it('are those of the distance to the nearest point, at each vertex', () => {
  const sphere = icosphere(1);
  // Vertices to scale with: those above the middle are 0.05 away from the surface, the others on it.
  const rows = sphere.vertices.arraySync();
  const points = Float32Array.from(
    rows.flatMap(([x, y, z]) => [x, y, z].map((value) => (y > 0.1 ? 1.05 : 1) * value)),
  );
  const before = tf.memory().numTensors;
  const mesh = errorMesh(sphere, points, 0.1);
  const colors = (mesh.colors as tf.Tensor2D).arraySync();
  expect(tf.memory().numTensors).toBe(before + 1);
  for (const [vertex, color] of colors.entries()) {
    const expected = rampColor(rows[vertex][1] > 0.1 ? 0.5 : 0);
    expect(color.map(linearToSrgb)).toEqual(expected.map((channel) => expect.closeTo(channel, 4)));
  }
  expect(mesh.vertices).toBe(sphere.vertices);
});
