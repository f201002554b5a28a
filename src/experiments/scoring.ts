// Numbers for one predicted shape: against surface points, and against the silhouettes and colours of all of an object's pictures.

import type * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import { PerspectiveCamera } from '../../renderer/camera/index.ts';
import { rasterize, sampleSurface, type Topology } from '../../renderer/index.ts';
import type { Dataset, Sample } from '../datasets/sample.ts';
import {
  chamferDistance,
  colorDifference,
  fScore,
  type PredictedShape,
  silhouetteIou,
} from '../metrics/index.ts';
import { type Appearance, paintOf } from '../models/index.ts';
import { Random } from '../tensor/random.ts';
import { channel, linearColors } from '../training/batch.ts';

/** A shape to be scored, in the frame of a sample's input camera. */
export interface Candidate {
  /** The whole of it: a mesh, or what is known of a surface. */
  shape: PredictedShape;
  /** [N·3] points spread evenly over its surface. */
  points: Float32Array;
  /** Its coverage in each of the sample's supervising views, the input view first: [H·W] each. */
  silhouettes: Float32Array[];
  /** Its linear colours in the same views, [H·W·3] each; undefined where it has none. */
  colors?: Float32Array[];
}

/** Means over samples are taken name by name. */
export type Scores = Record<string, number>;

export interface ScoringOptions {
  /** Surface points of a predicted mesh. */
  points: number;
  /** Distance within which a point counts as matched, in the data set's unit. */
  fThreshold: number;
}

/** A mesh as a candidate: its surface sampled with a fixed seed, and rendered hard in the sample's views. */
export function meshCandidate(
  vertices: tf.Tensor3D,
  topology: Topology,
  appearance: Appearance | undefined,
  sample: Sample,
  camera: Dataset['camera'],
  { points }: Pick<ScoringOptions, 'points'>,
): Candidate {
  const [height, width] = sample.input.image.shape;
  const random = new Random(0).split(sample.id);
  const places = vertices.dataSync() as Float32Array;
  const surface = sampleSurface(places, topology, points, () => random.uniform());
  return scoped(() => {
    const view = new PerspectiveCamera({
      fovDegrees: camera.fovDegrees,
      view: sample.supervision.map(({ objectToCamera }) => objectToCamera),
    });
    const { silhouette, image } = rasterize(view.project(vertices), topology, {
      width,
      height,
      ...(appearance && paintOf(appearance, topology, sample.supervision.length)),
      method: { type: 'hard' },
      outputs: appearance ? ['silhouette', 'image'] : ['silhouette'],
    });
    return {
      shape: { vertices: places, topology },
      points: surface.points,
      silhouettes: pieces(silhouette!.dataSync() as Float32Array, height * width),
      colors: image && pieces(image.dataSync() as Float32Array, height * width * 3),
    };
  });
}

/** A sample's own object as a candidate: what the nearest neighbour offers, and what everything is compared with. */
export function trueCandidate(sample: Sample): Required<Candidate> {
  const images = sample.supervision.map(({ image }) => image);
  const pixels = images[0].size / 4;
  return {
    shape: { points: sample.points, normals: sample.normals },
    points: sample.points,
    silhouettes: pieces(channel(images, 3), pixels),
    colors: pieces(linearColors(images), 3 * pixels),
  };
}

/**
 * chamfer: mean squared distance to the nearest point of the other side, both directions summed. fScore: in percent, at
 * `fThreshold`. iouInput, iouUnseen and colorUnseen: as in `scoreViews`, of the input view and of the others, where there are any.
 */
export function scoreCandidate(candidate: Candidate, sample: Sample, { fThreshold }: ScoringOptions): Scores {
  const { ious, colors } = compareViews(candidate, sample);
  return {
    chamfer: chamferDistance(candidate.points, sample.points),
    fScore: 100 * fScore(candidate.points, sample.points, fThreshold),
    iouInput: 100 * ious[0],
    ...(ious.length > 1 && { iouUnseen: 100 * mean(ious.slice(1)) }),
    ...(colors && colors.length > 1 && { colorUnseen: mean(colors.slice(1)) }),
  };
}

/**
 * Means over all of a sample's supervising views. iou: of silhouettes at one half, in percent. color: mean absolute difference of
 * linear colour over the true object's pixels, a pixel that the candidate misses counting as black; absent where it has no colours.
 */
export function scoreViews(candidate: Candidate, sample: Sample): Scores {
  const { ious, colors } = compareViews(candidate, sample);
  return { iou: 100 * mean(ious), ...(colors && { color: mean(colors) }) };
}

function compareViews(candidate: Candidate, sample: Sample): { ious: number[]; colors?: number[] } {
  const truth = trueCandidate(sample);
  return {
    ious: candidate.silhouettes.map((coverage, view) => silhouetteIou(coverage, truth.silhouettes[view])),
    colors: candidate.colors?.map((colors, view) =>
      colorDifference(colors, truth.colors[view], truth.silhouettes[view]),
    ),
  };
}

/** Name by name over those who have the name. */
export function meanScores(all: readonly Scores[]): Scores {
  const names = [...new Set(all.flatMap((scores) => Object.keys(scores)))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      mean(all.map((scores) => scores[name]).filter((value) => value !== undefined)),
    ]),
  );
}

export const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function pieces(values: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}
