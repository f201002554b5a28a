// How a data set is to be read, whatever its format.

import type { OnBadSample } from './badSamples.ts';
import type { LoaderOptions } from './fileLoader.ts';

export interface OpenOptions extends LoaderOptions {
  /** Width and height that pictures get; those of the files by default. */
  imageSize?: number;
  /** What becomes of samples whose files cannot be read. Default `stop`. */
  onBadSample?: OnBadSample;
}
