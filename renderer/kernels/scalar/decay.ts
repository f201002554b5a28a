// exp(−x) and 1/(1 + exp(x)) for the soft methods, several times as fast as Math.exp: values at steps and a polynomial between them.

/** Where exp(−x) counts for nothing, even beside another that has fallen to exp(−40). */
export const longest = 64;

const stepsOfOne = 16;
const steps = longest * stepsOfOne + 2;
const decayAtSteps = Float64Array.from({ length: steps }, (_, i) => Math.exp(-i / stepsOfOne));

const fineStepsOfOne = 64;
const decayAtFineSteps = Float64Array.from({ length: longest * fineStepsOfOne + 2 }, (_, i) =>
  Math.exp(-i / fineStepsOfOne),
);

/** exp(−h) for short ways h, by Taylor's series. */
export const shortDecay = (h: number): number => 1 - h * (1 - h * (1 / 2 - h * (1 / 6 - h / 24)));

/** exp(−x) for 0 ≤ x ≤ `longest`, to a relative error of 1e-8. */
export function decay(x: number): number {
  const step = (x * stepsOfOne) | 0;
  return decayAtSteps[step] * shortDecay(x - step / stepsOfOne);
}

/** The same to a relative error of 1e-11, from a table four times as long. */
export function fineDecay(x: number): number {
  const step = (x * fineStepsOfOne) | 0;
  return decayAtFineSteps[step] * shortDecay(x - step / fineStepsOfOne);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(x));

/** Four coefficients a step: the cubic through values and slopes at its ends (slope of s: −s(1 − s)). */
const cubics = Float64Array.from({ length: 4 * steps }, (_, i) => {
  const step = i >> 2;
  const from = sigmoid(step / stepsOfOne);
  const to = sigmoid((step + 1) / stepsOfOne);
  const fromSlope = (-from * (1 - from)) / stepsOfOne;
  const toSlope = (-to * (1 - to)) / stepsOfOne;
  return [from, fromSlope, 3 * (to - from) - 2 * fromSlope - toSlope, 2 * (from - to) + fromSlope + toSlope][
    i & 3
  ];
});

/** 1/(1 + exp(x)) for 0 ≤ x ≤ `longest`, to a relative error of 5e-8. */
export function fade(x: number): number {
  const place = x * stepsOfOne;
  const step = place | 0;
  const h = place - step;
  const k = 4 * step;
  return cubics[k] + h * (cubics[k + 1] + h * (cubics[k + 2] + h * cubics[k + 3]));
}
