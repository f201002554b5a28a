// Every method beside the oracle on one scene: all cases, resolutions and losses.

import {
  methodAreaGradient,
  methodGradient,
  methodPicture,
  oracleAreaGradient,
  oracleGradient,
  oraclePicture,
} from './gradients.ts';
import { comparedLosses } from './losses.ts';
import {
  cosine,
  meanOf,
  norm,
  normRatio,
  quantile,
  type VertexMeasures,
  vertexMeasures,
} from './measures.ts';
import type { ComparedMethod } from './methods.ts';
import type { LossName, Measurement } from './results.ts';
import type { ComparedScene, SceneCase } from './scenes/index.ts';
import { signedArea, triangleLimitGradient } from './triangleLimit.ts';
import { type Layer, planePositions } from './view.ts';

/** How the target picture is sampled: exactly, as the oracle draws it, or at pixel centres, as a hard mask is. */
export type TargetSampling = 'area' | 'hard';

export interface MeasureOptions {
  methods: readonly ComparedMethod[];
  resolutions: readonly number[];
  losses: readonly LossName[];
  target: TargetSampling;
  /** Called before each case of many, or each resolution of few. */
  onProgress?: (done: number, total: number) => void;
}

/** The picture that the shape should show. */
export const targetPicture = (
  { target }: SceneCase,
  resolution: number,
  layer: Layer,
  sampling: TargetSampling,
): Float64Array =>
  sampling === 'area'
    ? oraclePicture(target, resolution, layer)
    : Float64Array.from(methodPicture(target, { type: 'hard' }, resolution, layer));

/** One measurement for each method, resolution and loss, in this order. */
export function measureScene(
  scene: ComparedScene,
  { methods, resolutions, losses, target, onProgress }: MeasureOptions,
): Measurement[] {
  const gathered = methods.map(() => resolutions.map(() => losses.map(() => new Gathered())));
  const total = scene.cases.length * resolutions.length;
  for (const [c, sceneCase] of scene.cases.entries()) {
    const { start } = sceneCase;
    for (const [r, resolution] of resolutions.entries()) {
      onProgress?.(c * resolutions.length + r, total);
      const area = oracleAreaGradient(start, resolution);
      const sumRules = methods.map(({ options }) =>
        relativeDifference(methodAreaGradient(start, options, resolution), area),
      );
      const targets = new Map<Layer, Float64Array>();
      for (const [l, loss] of losses.entries()) {
        const { layer } = comparedLosses[loss];
        if (!targets.has(layer)) targets.set(layer, targetPicture(sceneCase, resolution, layer, target));
        const picture = targets.get(layer)!;
        const oracle = oracleGradient(start, resolution, loss, picture);
        const limit = loss === 'silhouette-l2' ? limitGradient(sceneCase) : undefined;
        for (const [m, { options }] of methods.entries()) {
          const { gradient } = methodGradient(start, options, resolution, loss, picture);
          gathered[m][r][l].add(gradient, oracle.gradient, limit, sumRules[m], oracle.error);
        }
      }
    }
  }
  return methods.flatMap(({ label }, m) =>
    resolutions.flatMap((resolution, r) =>
      losses.map((loss, l) => ({
        scene: scene.name,
        method: label,
        resolution,
        loss,
        cases: scene.cases.length,
        ...gathered[m][r][l].measures(),
      })),
    ),
  );
}

/** The numbers of all cases of one measurement. */
class Gathered {
  readonly #cosines: number[] = [];
  readonly #limitCosines: number[] = [];
  readonly #ratios: number[] = [];
  readonly #sumRules: number[] = [];
  readonly #vertices: VertexMeasures[] = [];
  #oracleError = 0;

  add(
    gradient: Float64Array,
    oracle: Float64Array,
    limit: Float64Array | undefined,
    sumRule: number | null,
    oracleError: number,
  ): void {
    push(this.#cosines, cosine(gradient, oracle));
    if (limit) push(this.#limitCosines, cosine(gradient, limit));
    push(this.#ratios, normRatio(gradient, oracle));
    push(this.#sumRules, sumRule);
    this.#vertices.push(vertexMeasures(gradient, oracle));
    this.#oracleError = Math.max(this.#oracleError, oracleError);
  }

  measures(): Omit<Measurement, 'scene' | 'method' | 'resolution' | 'loss' | 'cases'> {
    const sum = (key: 'vertices' | 'zero' | 'components' | 'agreeing') =>
      this.#vertices.reduce((total, measures) => total + measures[key], 0);
    const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);
    const angles = this.#vertices.flatMap((measures) => measures.angles);
    const [median, p95] = [quantile(angles, 0.5), quantile(angles, 0.95)];
    return {
      cosine: withWorst(this.#cosines),
      cosineToLimit: withWorst(this.#limitCosines),
      normRatio: meanOf(this.#ratios),
      angle: median === null || p95 === null ? null : { median, p95 },
      zeroShare: share(sum('zero'), sum('vertices')),
      signAgreement: share(sum('agreeing'), sum('components')),
      sumRule: meanOf(this.#sumRules)?.mean ?? null,
      oracleError: this.#oracleError,
    };
  }
}

function push(values: number[], value: number | null): void {
  if (value !== null) values.push(value);
}

function withWorst(values: readonly number[]) {
  const mean = meanOf(values);
  return mean && { ...mean, worst: values.reduce((least, value) => Math.min(least, value)) };
}

function relativeDifference(gradient: Float64Array, oracle: Float64Array): number | null {
  const length = norm(oracle);
  return length > 0 ? norm(gradient.map((value, i) => value - oracle[i])) / length : null;
}

/** The closed form where both shapes are one triangle, counter-clockwise and within the picture. */
function limitGradient({ start, target }: SceneCase): Float64Array | undefined {
  const views = [start, target];
  if (views.some(({ topology }) => topology.faceCount !== 1 || topology.vertexCount !== 3)) return undefined;
  const [moving, still] = views.map(planePositions);
  const fits = (plane: Float64Array) => signedArea(plane) > 0 && plane.every((value) => Math.abs(value) <= 1);
  return fits(moving) && fits(still) ? triangleLimitGradient(moving, still) : undefined;
}
