// A picture by the loops of SoftRas, and its gradients, for tests.

import type { Kernels, Picture, Scene, SoftOptions } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';

export const channels = 2;
const background = Float64Array.of(0.3, -0.7).map(Math.fround);

export interface Drawn {
  output: Float64Array;
  positionGradient: Float64Array;
  valueGradient: Float64Array;
}

/** Picture and gradients, in one go or by way of a list of fragments; without `upstream`, the picture alone. */
export function drawSoft(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  options: SoftOptions,
  values: Float64Array,
  upstream: Float64Array | undefined,
  way: 'stream' | 'list',
): Drawn {
  const rows = {
    values,
    channels,
    indices: scene.faces,
    rowStarts: scene.items.map((item) => item.vertexStart),
  };
  const drawn = {
    output: new Float64Array(scene.items.length * picture.width * picture.height * (channels + 1)),
    positionGradient: new Float64Array(scene.positions.length),
    valueGradient: new Float64Array(values.length),
  };
  const { output, positionGradient, valueGradient } = drawn;
  if (way === 'stream') {
    const state = kernels.softPicture(scene, picture, options, rows, background, output);
    if (!upstream) return drawn;
    kernels.softPictureBackward(
      scene,
      picture,
      options,
      rows,
      background,
      state,
      upstream,
      valueGradient,
      positionGradient,
    );
    return drawn;
  }
  const fragments = kernels.softFragments(scene, picture, options);
  // The same colours for all, rounded as tensors would: a difference of colours is divided by γ.
  const shaded = new Float32Array(fragments.faces.length * channels);
  referenceKernels.interpolate(scene, fragments, rows, shaded);
  const colors = { values: shaded, channels, background };
  const state = kernels.softAggregate(scene, picture, options, fragments, colors, output);
  if (!upstream) return drawn;
  const shadedGradient = new Float64Array(shaded.length);
  kernels.softAggregateBackward(
    scene,
    picture,
    options,
    fragments,
    colors,
    state,
    upstream,
    shadedGradient,
    positionGradient,
  );
  kernels.softInterpolateBackward(
    scene,
    picture,
    options,
    fragments,
    rows,
    shadedGradient,
    valueGradient,
    positionGradient,
  );
  return drawn;
}
