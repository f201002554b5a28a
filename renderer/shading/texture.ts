// Textures at rows of fragments, as tensors.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction, type RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import {
  pyramidOf,
  sample,
  sampleBackward,
  type TexturePyramid,
  type TextureShape,
  wrapModes,
} from '../kernels/texture.ts';
import type { Texture } from '../mesh/index.ts';
import { expectRows } from './expectRows.ts';

/**
 * What a texture shows at texture coordinates, [N, C]: bilinear, or trilinear between the levels of a box-filtered pyramid. Differentiable
 * in texels, coordinates and footprint.
 *
 * @param uv [N, 2], u to the right, v upwards; the texture lies over 0…1.
 * @param footprint [N, 4] ∂u/∂x, ∂u/∂y, ∂v/∂x, ∂v/∂y from pixel to pixel, as `Surface.pixelDerivatives` gives them; absent: no pyramid.
 * @throws ArgumentError where texels are none, or a wrap mode is unknown.
 */
export function sampleTexture(texture: Texture, uv: tf.Tensor2D, footprint?: tf.Tensor2D): tf.Tensor2D {
  return sampled([texture], new Int32Array(uv.shape[0]), uv, footprint, texture.texels.shape[2]);
}

/**
 * The same of several textures, as colours, [N, 3]: grey textures show the same in all channels, alpha is not looked at. Rows without a
 * texture are white.
 *
 * @param which [N] texture of each row, −1 = none.
 */
export function sampleTextures(
  textures: readonly Texture[],
  which: Int32Array,
  uv: tf.Tensor2D,
  footprint?: tf.Tensor2D,
): tf.Tensor2D {
  for (const { texels } of textures) {
    if (![1, 3, 4].includes(texels.shape[2])) {
      throw new ArgumentError(
        `texels must have shape [height, width, 1, 3 or 4] to be colours, but have [${texels.shape}]`,
      );
    }
  }
  return sampled(textures, which, uv, footprint, 3);
}

function sampled(
  textures: readonly Texture[],
  which: Int32Array,
  uv: tf.Tensor2D,
  footprint: tf.Tensor2D | undefined,
  width: number,
): tf.Tensor2D {
  const shapes = textures.map(shapeOf);
  expectRows('uv', uv, which.length, 2);
  if (footprint) expectRows('footprint', footprint, which.length, 4);
  const texels = textures.map((texture) => texture.texels.toFloat());
  const inputs = [uv, ...(footprint ? [footprint] : []), ...texels];
  const first = footprint ? 2 : 1;
  return hostFunction<TexturePyramid[]>({
    inputs,
    shape: [which.length, width],
    forward(values, output) {
      const pyramids = shapes.map((shape, t) =>
        footprint
          ? keptPyramid(texels[t], shape, values[first + t])
          : pyramidOf(shape, values[first + t], false),
      );
      sample(pyramids, { which, uv: values[0], footprint: footprint && values[1] }, width, output);
      // Without levels the texels are the tensor's own memory, which may have moved until the gradient is asked for.
      return footprint ? pyramids : [];
    },
    backward(upstream, values, gradients, ofForward) {
      const pyramids = footprint
        ? ofForward
        : shapes.map((shape, t) => pyramidOf(shape, values[first + t], false));
      const rows = { which, uv: values[0], footprint: footprint && values[1] };
      sampleBackward(pyramids, rows, width, upstream, {
        uv: gradients[0],
        footprint: footprint && gradients[1],
        texels: gradients.slice(first),
      });
    },
  }) as tf.Tensor2D;
}

/** Pyramids of tensors, whose elements never change: a texture that is drawn again keeps its own. */
const kept = new WeakMap<object, TexturePyramid>();

function keptPyramid({ dataId }: tf.Tensor, shape: TextureShape, texels: RealArray): TexturePyramid {
  const known = kept.get(dataId);
  // Tensors of other shapes may share the elements.
  if (known?.width === shape.width && known.height === shape.height) return { ...known, ...shape };
  const pyramid = pyramidOf(shape, texels, true);
  kept.set(dataId, pyramid);
  return pyramid;
}

function shapeOf({ texels, wrapU = 'repeat', wrapV = 'repeat' }: Texture): TextureShape {
  const { shape, rank } = texels;
  if (rank !== 3 || shape.some((side) => side < 1)) {
    throw new ArgumentError(`texels must have shape [height, width, channels], but have [${shape}]`);
  }
  for (const [name, wrap] of Object.entries({ wrapU, wrapV })) {
    if (!wrapModes.includes(wrap)) {
      throw new ArgumentError(
        `${name} must be one of ${wrapModes.join(', ')}, but is ${JSON.stringify(wrap)}`,
      );
    }
  }
  const [height, width, channels] = shape;
  return { width, height, channels, wrapU, wrapV };
}
