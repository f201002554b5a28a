// The judge of all methods: the picture without sampling, and its exact gradient, in double precision and without tensors.

export {
  type ExactGradient,
  exactGradient,
  exactLossGradient,
  type PictureGradient,
} from './exactGradient.ts';
export { type ExactPicture, exactPicture } from './exactPicture.ts';
export type { OracleOptions } from './options.ts';
export {
  type DifferenceOptions,
  type SupersampleOptions,
  supersampledGradient,
  supersampledPicture,
  supersampledPictureAsync,
} from './supersampled.ts';
