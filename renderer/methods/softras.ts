// SoftRas: every face within reach of a pixel takes part in it, in the silhouette by its distance, in the colour by its distance
// and depth. Liu et al., Soft Rasterizer: A Differentiable Renderer for Image-based 3D Reasoning, ICCV 2019. With it PyTorch3D's
// variant: Ravi et al., Accelerating 3D Deep Learning with PyTorch3D, 2020.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Fragments, SoftOptions } from '../kernels/index.ts';
import {
  channelsOf,
  type Frame,
  type Interpolate,
  softAggregate,
  softFragments,
  softInterpolate,
  softPicture,
  softSilhouette,
} from '../visibility/index.ts';
import { backgroundColor, backgroundPicture, before } from './background.ts';
import type { GradientMethod } from './method.ts';
import { paintedAttributes, shade } from './paint.ts';

/** Options in the terms of the sources. */
export interface SoftrasOptions {
  variant: 'softras' | 'pytorch3d';
  distance: 'euclidean' | 'barycentric' | 'hard';
  alpha: 'product' | 'sum' | 'hard';
  color: 'softmax' | 'hard';
  sigma: number;
  gamma: number;
  epsilon: number | 'auto';
  near: number;
  far: number;
  distanceEpsilon: number;
  blurRadius: number | 'auto';
  facesPerPixel: number;
}

export const softras: GradientMethod<SoftrasOptions> = {
  type: 'softras',
  summary:
    'every face near a pixel takes part in it: soft silhouette and colours, gradients to hidden faces and depth',
  source: 'Liu et al. 2019 (arXiv 1904.01786); rules as ShichenLiu/SoftRas and, by option, as PyTorch3D',
  coverageGradient: true,
  outlineInImage: true,
  options: {
    variant: {
      default: 'softras',
      choices: ['softras', 'pytorch3d'],
      description: 'whose rules for clipped weights, depth and number of faces',
    },
    distance: {
      default: 'euclidean',
      choices: ['euclidean', 'barycentric', 'hard'],
      description:
        'what D is a sigmoid of: squared distance to the outline, squared least weight; or 1 inside, 0 outside',
    },
    alpha: {
      default: 'product',
      choices: ['product', 'sum', 'hard'],
      description:
        'silhouette: 1 − Π(1 − D), the mean of D over all faces, or whether some D exceeds ½ (no gradient)',
    },
    color: {
      default: 'softmax',
      choices: ['softmax', 'hard'],
      description:
        'colours: blended by D and depth, or of the nearest face alone (its outline has no gradient)',
    },
    sigma: {
      default: 1e-4,
      range: [1e-10, 10],
      useful: [1e-6, 1e-2],
      unit: 'image-plane unit²',
      description: 'width of the outline: D goes from ½ to 0.73 over √σ',
    },
    gamma: {
      default: 1e-4,
      range: [1e-8, 100],
      useful: [1e-5, 1e-1],
      unit: 'share of the depth range',
      description: 'how sharply nearer faces win: colours weigh D·exp(z/γ), z from 1 at near to 0 at far',
    },
    epsilon: {
      default: 'auto',
      range: [0, 1],
      word: 'auto',
      unit: 'share of the depth range',
      description:
        'depth z of the background, whose weight is exp(ε/γ); "auto" is 1e-3, or 1e-10 for pytorch3d',
    },
    near: {
      default: 1,
      range: [1e-6, 1e6],
      useful: [1e-2, 10],
      unit: 'length',
      description:
        'distance from the camera where z is 1; nearer fragments have no colour, except for pytorch3d',
    },
    far: {
      default: 100,
      range: [1e-6, 1e6],
      useful: [2, 1e3],
      unit: 'length',
      description:
        'distance from the camera where z is 0; farther fragments have no colour, except for pytorch3d',
    },
    distanceEpsilon: {
      default: 1e-4,
      range: [1e-15, 0.49],
      useful: [1e-8, 1e-2],
      unit: '',
      description: 'faces are left out where D falls below this outside of them',
    },
    blurRadius: {
      default: 'auto',
      range: [0, 16],
      word: 'auto',
      unit: 'image-plane unit²',
      description: 'the same limit as a squared distance; "auto" is σ·ln(1/distanceEpsilon − 1)',
    },
    facesPerPixel: {
      default: 50,
      range: [1, 1e6],
      integer: true,
      unit: 'faces',
      description: 'for pytorch3d: only the nearest so many fragments of a pixel count',
    },
  },
  image(frame, options) {
    const blended = blend(frame, options);
    return channelsOf(blended, 0, blended.shape[3] - 1);
  },
  silhouette(frame, options) {
    const known = blends.get(frame);
    if (known?.options === options) {
      const channels = known.blended.shape[3];
      return channelsOf(known.blended, channels - 1, channels).reshape(frame.shape);
    }
    const rules = rulesOf(options);
    if (rules.variant === 'softras') return softSilhouette(frame, rules);
    const fragments = softFragments(frame, rules);
    const nothing = tf.zeros([fragments.faces.length, 0]) as tf.Tensor2D;
    return softAggregate(frame, rules, fragments, nothing, new Float32Array(0)).reshape(frame.shape);
  },
};

/** Colours and α come from one pass over the faces; so where a frame has both by the same options, they share it. */
const blends = new WeakMap<Frame, { options: Readonly<SoftrasOptions>; blended: tf.Tensor4D }>();

/** [B, H, W, C + 1], α last. */
function blend(frame: Frame, options: Readonly<SoftrasOptions>): tf.Tensor4D {
  const rules = rulesOf(options);
  const { shader } = frame;
  const colorOf = (channels: number): Float32Array =>
    Float32Array.from(backgroundColor(frame, channels) ?? new Array(channels).fill(0));
  const picture = backgroundPicture(frame);
  let blended: tf.Tensor4D;
  if (!shader && !picture && rules.variant === 'softras') {
    const attributes = paintedAttributes(frame);
    blended = softPicture(frame, rules, attributes, colorOf(attributes.values.shape.at(-1)!));
  } else {
    const fragments = softFragments(frame, rules);
    const interpolate: Interpolate = (attributes) => softInterpolate(frame, rules, fragments, attributes);
    const rows = shader
      ? shade(frame, shader, fragments, interpolate)
      : interpolate(paintedAttributes(frame));
    const color = colorOf(rows.shape[1]);
    blended = picture
      ? blendBefore(picture, frame, rules, fragments, rows)
      : softAggregate(frame, rules, fragments, rows, color);
  }
  blends.set(frame, { options, blended });
  return blended;
}

/** The same before a picture: a channel of ones tells how much of it is covered. */
function blendBefore(
  picture: tf.Tensor4D,
  frame: Frame,
  rules: SoftOptions,
  fragments: Fragments,
  rows: tf.Tensor2D,
): tf.Tensor4D {
  const [count, channels] = rows.shape;
  const withOnes = tf.concat([rows, tf.ones([count, 1])], 1) as tf.Tensor2D;
  const blended = softAggregate(frame, rules, fragments, withOnes, new Float32Array(channels + 1));
  const [colors, cover, alpha] = tf.split(blended, [channels, 1, 1], 3);
  return tf.concat([before(picture, colors as tf.Tensor4D, cover as tf.Tensor4D), alpha], 3) as tf.Tensor4D;
}

/** In units of σ: where D has fallen to 4e-18 and adds nothing to a float32, but may underflow it. */
const longestReach = 40;

function rulesOf({ epsilon, blurRadius, distanceEpsilon, ...rest }: Readonly<SoftrasOptions>): SoftOptions {
  const { variant, distance, sigma, near, far } = rest;
  if (!(far > near)) throw new ArgumentError(`far must be greater than near (${near}), but is ${far}`);
  if (variant === 'pytorch3d' && distance !== 'euclidean') {
    throw new ArgumentError(
      `variant "pytorch3d" measures distance "euclidean" only, but distance is "${distance}"`,
    );
  }
  return {
    ...rest,
    epsilon: epsilon === 'auto' ? { softras: 1e-3, pytorch3d: 1e-10 }[variant] : epsilon,
    reach: Math.min(
      blurRadius === 'auto' ? sigma * Math.log(1 / distanceEpsilon - 1) : blurRadius,
      sigma * longestReach,
    ),
  };
}
