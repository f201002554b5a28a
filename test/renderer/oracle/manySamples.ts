// Pictures from very many samples a pixel, drawn by the renderer's kernels: what the oracle must agree with, up to sampling noise.

import type { Picture, Scene } from '../../../renderer/kernels/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import type { ExactPicture, OracleOptions } from '../../../renderer/oracle/index.ts';

/** Mean of samples × samples pixels a pixel, for a batch of one. */
export function supersampled(
  scene: Scene,
  picture: Picture,
  samples: number,
  { attributes, background = [] }: OracleOptions = {},
): ExactPicture {
  const { width, height } = picture;
  const visible = scalarKernels.findVisible(scene, {
    ...picture,
    width: samples * width,
    height: samples * height,
  });
  const channels = attributes?.channels ?? 0;
  const fine = new Float64Array(visible.faces.length * channels);
  if (attributes) scalarKernels.interpolate(scene, visible, attributes, fine);
  const image = new Float64Array(width * height * channels);
  const silhouette = new Float64Array(width * height);
  visible.faces.forEach((face, i) => {
    const row = Math.floor(i / (samples * width) / samples);
    const column = Math.floor((i % (samples * width)) / samples);
    const pixel = row * width + column;
    silhouette[pixel] += face >= 0 ? 1 / samples ** 2 : 0;
    for (let c = 0; c < channels; c++) {
      const value = face >= 0 ? fine[channels * i + c] : (background[c] ?? 0);
      image[channels * pixel + c] += value / samples ** 2;
    }
  });
  return { image, silhouette };
}
