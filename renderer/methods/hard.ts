// The plain z-buffer. Colours are differentiable inside the outline; coverage is not, as a pixel is in or out.

import { coverage } from '../visibility/index.ts';
import { warnOnce } from '../warnOnce.ts';
import type { GradientMethod } from './method.ts';
import { paintVisible } from './paint.ts';

/** For whoever asks for the gradient of a hard silhouette. */
export const warnNoGradient = (): void =>
  warnOnce(
    'the silhouette of method "hard" has no gradient: coverage is 0 or 1 and its derivative is zero almost everywhere. ' +
      'Methods that soften or differentiate the outline have one: "dibr", "softras", "nmr", "antialias", "edge".',
  );

export const hard: GradientMethod = {
  type: 'hard',
  summary: 'sharp picture and silhouette; colours move vertices inside the outline, silhouettes never do',
  source: 'z-buffer with barycentric interpolation',
  coverageGradient: false,
  options: {},
  image: paintVisible,
  silhouette: (frame) => coverage(frame, warnNoGradient),
};
