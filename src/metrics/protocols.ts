// How papers measure predicted shapes, each by its name. Numbers of different protocols are never comparable: they differ in what is
// taken for points, in scale, in whether distances are squared. docs/metrics.md has them side by side.

import type { RealArray } from '../../renderer/backend/index.ts';
import { sampleSurface } from '../../renderer/mesh/index.ts';
import { type EarthMovers, earthMoversDistance } from './earthMover.ts';
import { type CloudMatches, matchClouds } from './matches.ts';
import { matchedNormals } from './normals.ts';
import { matchedChamfer, matchedFScore } from './points.ts';
import { boundingBox, type PlainMesh, volumetricIou } from './volume.ts';

/** Points of a surface, with normals where they are known. */
export interface SurfacePoints {
  /** [N·3] */
  points: RealArray;
  /** [N·3] unit normals that point outwards. */
  normals?: RealArray;
}

/** A mesh, or what stands for one where there is none: points of its surface. */
export type PredictedShape = PlainMesh | SurfacePoints;

export interface ProtocolOptions {
  /** `Dataset.pixel2meshScale`: from the shapes' unit of length to that of Pixel2Mesh's numbers. */
  pixel2meshScale: number;
  /** Most points a side for the earth mover's distance; 0: leave it out. */
  emdPoints: number;
  /** Numbers in [0, 1) for sampling: the same numbers give the same result. */
  random: () => number;
}

export interface ProtocolColumn {
  key: string;
  /** With its unit. */
  label: string;
  /** Digits after the decimal point. */
  digits: number;
  /** Absent where numbers do not compete. */
  better?: 'lower' | 'higher';
}

export interface Protocol {
  name: string;
  /** What it measures, exactly, where that differs from its source, and the source. */
  description: string;
  /** Whether lengths are multiplied by `pixel2meshScale`. */
  scaled: boolean;
  columns: readonly ProtocolColumn[];
  /**
   * Numbers of one object by the keys of `columns`, and those of `sharedColumns`. A number is missing where the shapes lack what it
   * takes, such as normals.
   *
   * @param predicted in the axes of the data set, as is `truth`
   * @throws ArgumentError where a shape is empty, or a mesh has no area.
   */
  score(predicted: PredictedShape, truth: SurfacePoints, options: ProtocolOptions): Record<string, number>;
}

/** Columns that every protocol has after its own. */
export const sharedColumns: readonly ProtocolColumn[] = [
  { key: 'emdExact', label: 'EMD exact ×10⁻³', digits: 1, better: 'lower' },
  { key: 'emdEntropic', label: 'EMD entropic ×10⁻³', digits: 1, better: 'lower' },
  { key: 'emdPoints', label: 'EMD points', digits: 0 },
  { key: 'predictedPoints', label: 'points', digits: 0 },
  { key: 'truePoints', label: 'true points', digits: 0 },
];

const pixel2mesh: Protocol = {
  name: 'pixel2mesh',
  description:
    'Vertices of the finest mesh, no surface samples, against all true points, both scaled to the frame of Pixel2Mesh (ShapeNet × 0.57). ' +
    'Chamfer: mean squared distances of both directions, summed. F at τ = 10⁻⁴ and 2τ on squared distances (≤). ' +
    'EMD is a mean distance over as many points of each side; the original’s, an approximate matching cost of clouds of different ' +
    'sizes summed and × 0.01, is not reproduced. Wang et al. 2018; nywang16/Pixel2Mesh, eval_testset.py.',
  scaled: true,
  columns: [
    { key: 'chamfer', label: 'chamfer ×10⁻³', digits: 3, better: 'lower' },
    { key: 'fTau', label: 'F τ %', digits: 2, better: 'higher' },
    { key: 'f2Tau', label: 'F 2τ %', digits: 2, better: 'higher' },
  ],
  score(predicted, truth, options) {
    const places = 'vertices' in predicted ? predicted.vertices : predicted.points;
    const vertices = scaled(places, options.pixel2meshScale);
    const points = scaled(truth.points, options.pixel2meshScale);
    const matches = matchClouds(vertices, points);
    return {
      chamfer: 1e3 * matchedChamfer(matches),
      fTau: 100 * matchedFScore(matches, 1e-4),
      f2Tau: 100 * matchedFScore(matches, 2e-4),
      ...shared(vertices, points, options),
    };
  },
};

const meshRcnn: Protocol = {
  name: 'meshrcnn',
  description:
    '10,000 points of the predicted surface, spread by area, against 10,000 true ones (all, where a data set has fewer), both scaled to ' +
    'the frame of Pixel2Mesh (ShapeNet × 0.57). Chamfer: mean squared distances of both directions, summed. F at distances of 0.01 ' +
    'and 0.014142 (≤; the original has <). Normal consistency: mean |cos| at nearest points. Gkioxari et al., “Mesh R-CNN”, 2019; ' +
    'facebookresearch/meshrcnn, evaluate_test_p2m in shapenet/evaluation/eval.py.',
  scaled: true,
  columns: [
    { key: 'chamfer', label: 'chamfer ×10⁻³', digits: 3, better: 'lower' },
    { key: 'f1', label: 'F 0.01 %', digits: 2, better: 'higher' },
    { key: 'f2', label: 'F 0.014142 %', digits: 2, better: 'higher' },
    { key: 'normals', label: 'normals', digits: 3, better: 'higher' },
  ],
  score(predicted, truth, options) {
    const scale = (points: RealArray) => scaled(points, options.pixel2meshScale);
    const [a, b] = [predicted, truth].map((shape) => surface(shape, 10_000, options.random));
    const [points, target] = [scale(a.points), scale(b.points)];
    const matches = matchClouds(points, target);
    return {
      chamfer: 1e3 * matchedChamfer(matches),
      f1: 100 * matchedFScore(matches, 0.01 ** 2),
      f2: 100 * matchedFScore(matches, 0.014142 ** 2),
      ...consistency(matches, a, b),
      ...shared(points, target, options),
    };
  },
};

const dibr: Protocol = {
  name: 'dibr',
  description:
    '2,500 points of each surface (all, where a data set has fewer), both moved and scaled so that the true points’ bounding box, along ' +
    'the axes of the data set, has its middle at the origin and a longest side of 1. F at a distance of 0.02 (≤). IoU of what is ' +
    'inside (|winding number| > 0.5) at 32³ cell centres of the cube around both; objects of which no cell is inside are left out. The original ' +
    'fits prediction and truth to a longest side of 0.9 each by itself, which forgives a wrong place and size, and takes voxels from binvox. ' +
    'Chen et al., “DIB-R”, 2019; nv-tlabs/DIB-R, check_chamfer.py, check_iou.py.',
  scaled: false,
  columns: [
    { key: 'f', label: 'F 0.02 %', digits: 2, better: 'higher' },
    { key: 'iou', label: 'IoU 32³ %', digits: 2, better: 'higher' },
  ],
  score(predicted, truth, options) {
    const toUnit = unitNormalization(truth.points);
    const [a, b] = [predicted, truth].map((shape) => surface(shape, 2500, options.random));
    const [points, target] = [toUnit(a.points), toUnit(b.points)];
    return {
      f: 100 * matchedFScore(matchClouds(points, target), 0.02 ** 2),
      ...overlap(predicted, truth),
      ...shared(points, target, options),
    };
  },
};

/** A protocol is one entry; configurations, the command line and tables know it from here. */
export const protocols: readonly Protocol[] = [pixel2mesh, meshRcnn, dibr];

/** Of `count` points, or of all where a cloud has no more; those of a mesh are drawn by area, those of a cloud without repetition. */
function surface(shape: PredictedShape, count: number, random: () => number): SurfacePoints {
  if ('vertices' in shape) return sampleSurface(shape.vertices, shape.topology, count, random);
  const available = shape.points.length / 3;
  if (available <= count) return shape;
  const chosen = draw(available, count, random);
  return { points: rows(shape.points, chosen), normals: shape.normals && rows(shape.normals, chosen) };
}

function consistency(
  matches: CloudMatches,
  predicted: SurfacePoints,
  truth: SurfacePoints,
): { normals?: number } {
  if (!predicted.normals || !truth.normals) return {};
  return { normals: matchedNormals(matches, predicted.normals, truth.normals) };
}

function overlap(predicted: PredictedShape, truth: SurfacePoints): { iou?: number } {
  if (!truth.normals || !('vertices' in predicted || predicted.normals)) return {};
  const { iou, cells } = volumetricIou(
    'vertices' in predicted ? predicted : { points: predicted.points, normals: predicted.normals! },
    { points: truth.points, normals: truth.normals },
  );
  return cells.target > 0 ? { iou: 100 * iou } : {};
}

/** Earth mover's distance where it is asked for, and how many points were compared. */
function shared(
  predicted: RealArray,
  target: RealArray,
  { emdPoints, random }: ProtocolOptions,
): Record<string, number> {
  const counts = { predictedPoints: predicted.length / 3, truePoints: target.length / 3 };
  const count = Math.min(emdPoints, counts.predictedPoints, counts.truePoints);
  if (count === 0) return counts;
  const [a, b] = [predicted, target].map((points) => rows(points, draw(points.length / 3, count, random)));
  const { distance, method } = earthMoversDistance(a, b);
  const keys: Record<EarthMovers['method'], string> = { exact: 'emdExact', entropic: 'emdEntropic' };
  return { ...counts, emdPoints: count, [keys[method]]: 1e3 * distance };
}

/** Moves the middle of the bounding box of `points` to the origin, and scales its longest side to 1. */
function unitNormalization(points: RealArray): (points: RealArray) => Float64Array {
  const { least, most } = boundingBox([points]);
  const side = Math.max(...least.map((low, axis) => most[axis] - low)) || 1;
  return (others) =>
    Float64Array.from(others, (value, i) => (value - (least[i % 3] + most[i % 3]) / 2) / side);
}

const scaled = (points: RealArray, scale: number) => Float64Array.from(points, (value) => scale * value);

/** `count` of the numbers below `available`, each at most once: the first steps of a Fisher-Yates shuffle. */
function draw(available: number, count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: available }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const k = i + Math.floor(random() * (available - i));
    [order[i], order[k]] = [order[k], order[i]];
  }
  return order.subarray(0, count);
}

const rows = (values: RealArray, chosen: Int32Array) =>
  Float64Array.from({ length: 3 * chosen.length }, (_, i) => values[3 * chosen[Math.floor(i / 3)] + (i % 3)]);
