// Tables of the evaluation protocols: a model beside the baselines, and category by category with both means.

import {
  type PredictedShape,
  type Protocol,
  type ProtocolColumn,
  protocols,
  sharedColumns,
} from '../metrics/index.ts';
import type { ResultRow, ResultTable } from '../runs/results.ts';
import { Random } from '../tensor/random.ts';
import type { Evaluation, EvaluationSample, Scorer } from './evaluation.ts';
import { meanScores, type Scores } from './scoring.ts';

/** The protocols of these names, in their own order, each once. */
export const protocolsNamed = (names: readonly string[]): Protocol[] =>
  protocols.filter(({ name }) => names.includes(name));

/** Scores by a protocol in the axes of the data set. Whatever is drawn at random is the same for every candidate and run. */
export function protocolScorer(
  protocol: Protocol,
  options: { pixel2meshScale: number; emdPoints: number },
): Scorer {
  return ({ shape }, sample) => {
    const random = new Random(0).split(protocol.name).split(sample.id);
    return protocol.score(inWorld(shape, sample), inWorld(sample, sample), {
      ...options,
      random: () => random.uniform(),
    });
  };
}

/** A shape turned from a sample's frame to the axes of the data set, where those are known. */
function inWorld<Shape extends PredictedShape>(shape: Shape, { worldToCamera }: EvaluationSample): Shape {
  if (!worldToCamera) return shape;
  const turned = (vectors: ArrayLike<number>) => unrotated(vectors, worldToCamera);
  if ('vertices' in shape) return { ...shape, vertices: turned(shape.vertices) };
  const { points, normals } = shape;
  return { ...shape, points: turned(points), normals: normals && turned(normals) };
}

/** The inverse of a camera's rotation. */
function unrotated(vectors: ArrayLike<number>, camera: readonly number[]): Float64Array {
  return Float64Array.from(vectors, (_, i) => {
    const [start, axis] = [i - (i % 3), i % 3];
    return (
      camera[axis] * vectors[start] +
      camera[4 + axis] * vectors[start + 1] +
      camera[8 + axis] * vectors[start + 2]
    );
  });
}

/** What was evaluated, for titles and notes. */
export interface EvaluatedSplit {
  split: string;
  datasetName: string;
  pixel2meshScale: number;
  sampleCount: number;
}

/** The first row of `evaluations` is the model, the others are baselines. */
export function protocolTables(
  { name, description, scaled, columns }: Protocol,
  evaluations: readonly { label: string; evaluation: Evaluation }[],
  { split, datasetName, pixel2meshScale, sampleCount }: EvaluatedSplit,
): ResultTable[] {
  const rows = evaluations.map(({ label, evaluation }, i) =>
    row(label, i === 0 ? 'model' : 'baseline', evaluation.overall),
  );
  const { overall, byCategory } = evaluations[0].evaluation;
  const byClass = [
    ...Array.from(byCategory, ([category, scores]) => row(category, 'model', scores)),
    row('mean over classes', 'baseline', meanScores([...byCategory.values()])),
    row('mean over samples', 'baseline', overall),
  ];
  const all = [...columns, ...sharedColumns];
  return [
    {
      title: `Protocol ${name} (${split})`,
      note:
        `${description} ${scaled ? `Lengths of ${datasetName} were multiplied by ${pixel2meshScale}. ` : ''}Means over ${sampleCount} samples. ` +
        'The nearest training silhouette has no mesh: its points stand for vertices and surface samples.',
      columns: shown(all, rows),
      rows,
    },
    {
      title: `Protocol ${name} (${split}), by category`,
      note: 'The model alone. Papers mostly print the mean over classes, in which every class weighs the same.',
      columns: shown(all, byClass),
      rows: byClass,
      ranked: false,
    },
  ];
}

const row = (label: string, kind: ResultRow['kind'], values: Scores): ResultRow => ({ label, kind, values });

/** Columns that have a number somewhere. */
const shown = (columns: readonly ProtocolColumn[], rows: readonly ResultRow[]) =>
  columns.filter(({ key }) => rows.some(({ values }) => Number.isFinite(values[key])));
