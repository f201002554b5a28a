// Through which camera vertices look into feature maps: the data set's own, or those that Pixel2Mesh's two public codes use in its
// place.

import { z } from 'zod';
import { type Lens, type PoolingCamera, trueLens } from '../nn/index.ts';

export const lensCamera = z
  .enum(['data', 'tensorflow', 'pytorch'])
  .default('data')
  .describe(
    'Camera through which vertices look features up. `data`: that of the data set (245 pixels of focal length at 224 for R2N2). ' +
      "`tensorflow`: 250 pixels, centre 112, as Pixel2Mesh's code. `pytorch`: 248 and 111.5, as its port. Both are for R2N2's pictures.",
  );

export interface LensOptions {
  camera: z.output<typeof lensCamera>;
  legacy: boolean;
}

/** The pictures that both codes' numbers are about. */
const officialSize = 224;

/**
 * The lens for maps of pictures of `imageSize` pixels that `camera` took, in a frame whose origin is `distance` in front of it.
 *
 * `tensorflow` (nywang16/Pixel2Mesh, p2m/layers.py): pixel 250·x/d + 112, cut to 0 … 223, over 224 and times the size of the map.
 * `pytorch` (noahcao/Pixel2Mesh, models/layers/gprojection.py): (248·x/d) / 111.5, cut to −1 … 1, where ±1 are the centres of the
 * outermost texels. Other sizes than 224 scale both.
 */
export function lensOf(
  { camera: kind, legacy }: LensOptions,
  camera: PoolingCamera,
  distance: number,
  imageSize: number,
): Lens {
  const lens = { ...trueLens(camera), distance, legacy };
  const largest = (imageSize - 1) / imageSize;
  switch (kind) {
    case 'data':
      return lens;
    case 'tensorflow':
      return {
        ...lens,
        axis: (size) => ({
          scale: (250 / officialSize) * size,
          offset: size / 2,
          low: 0,
          high: largest * size,
        }),
      };
    case 'pytorch':
      return {
        ...lens,
        axis: (size) => ({
          scale: ((248 / officialSize) * (size - 1)) / largest,
          offset: (size - 1) / 2,
          low: 0,
          high: size - 1,
        }),
      };
  }
}
