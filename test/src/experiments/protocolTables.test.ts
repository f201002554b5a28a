// What tables of protocols say, and that they do not depend on where an object is seen from.

import { describe, expect, it } from 'vitest';
import { type DatasetObject, openDataset } from '../../../src/datasets/index.ts';
import { evaluate, evaluationSamples } from '../../../src/experiments/evaluation.ts';
import { protocolScorer, protocolsNamed, protocolTables } from '../../../src/experiments/protocolTables.ts';
import { trueCandidate } from '../../../src/experiments/scoring.ts';

const dataset = await openDataset('furniture-mini');
const samplesOf = (objects: DatasetObject[], views: number) => [
  ...evaluationSamples(objects, views, dataset.badSamples),
];
const options = { pixel2meshScale: dataset.pixel2meshScale, emdPoints: 0 };

describe('protocolScorer', () => {
  it.each(protocolsNamed(['pixel2mesh', 'meshrcnn', 'dibr']))(
    '$name sees shapes in the axes of the data set',
    (protocol) => {
      const [one, other] = dataset.split('test').map((object) => samplesOf([object], 3));
      const scorer = protocolScorer(protocol, options);
      const scores = one.map((sample, view) =>
        // The other object from the same side.
        scorer({ ...trueCandidate(sample), shape: trueCandidate(other[view]).shape }, sample),
      );
      for (const { key } of protocol.columns) {
        expect(Number.isFinite(scores[0][key])).toBe(true);
        // Cells of which the surface cuts the centre may go either way.
        for (const { [key]: value } of scores) {
          expect(Math.abs(value - scores[0][key])).toBeLessThan(key === 'iou' ? 0.5 : 0.02);
        }
      }
    },
  );

  it.each(protocolsNamed(['pixel2mesh', 'meshrcnn', 'dibr']))(
    '$name finds the true object perfect',
    (protocol) => {
      const [sample] = samplesOf(dataset.split('test').slice(0, 1), 1);
      const scores = protocolScorer(protocol, options)(trueCandidate(sample), sample);
      for (const { key, better } of protocol.columns) {
        expect(scores[key]).toBeCloseTo(better === 'lower' ? 0 : key === 'normals' ? 1 : 100, 6);
      }
    },
  );
});

describe('protocolTables', () => {
  it('have one row a class, and the mean over classes and over samples at the foot', () => {
    const [protocol] = protocolsNamed(['pixel2mesh']);
    const chairs = dataset.split('test').filter(({ category }) => category === 'chair');
    const lamps = dataset.split('test').filter(({ category }) => category === 'lamp');
    const samples = samplesOf([...chairs.slice(0, 3), ...lamps.slice(0, 1)], 1);
    const counted = samples.map((sample) => (sample.category === 'lamp' ? 8 : 4));
    let next = 0;
    const [[evaluation]] = evaluate(samples, [trueCandidate], [() => ({ chamfer: counted[next++] })]);
    const [all, byClass] = protocolTables(
      protocol,
      [
        { label: 'a', evaluation },
        { label: 'b', evaluation },
      ],
      {
        split: 'test',
        datasetName: 'x',
        pixel2meshScale: 0.57,
        sampleCount: 4,
      },
    );
    expect(all.rows.map(({ label, kind }) => [label, kind])).toEqual([
      ['a', 'model'],
      ['b', 'baseline'],
    ]);
    expect(byClass.rows.map(({ label, values }) => [label, values.chamfer])).toEqual([
      ['chair', 4],
      ['lamp', 8],
      ['mean over classes', 6],
      ['mean over samples', 5],
    ]);
    // What nobody has is no column.
    expect(all.columns.map(({ key }) => key)).toEqual(['chamfer']);
    expect(all.note).toContain('multiplied by 0.57');
  });
});
