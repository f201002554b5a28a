// The examples of docs/mesh.md run, one after the other, and give what their comments say.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/packageRoot.ts';
import { runScript } from './runScript.ts';

describe('docs/mesh.md', () => {
  it('is a program that runs', () => {
    const page = readFileSync(path.join(packageRoot, 'docs/mesh.md'), 'utf8');
    const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    const shown = `console.log(JSON.stringify({
      curvature: curvature.norm('euclidean', 1).mean().dataSync()[0],
      uv: fineUv.shape, finer: finer.vertices.shape, smoothed: smoothed.length, points: points.shape,
      closed, defects: [boundary, nonManifold, inconsistent], welded: found.weldedVertices,
      parts, coarse: coarse.faces.length / 3, middle, loss: loss().dataSync()[0], box,
      rest: [normals, flat, bending, roughness, pointNormals, distance, largest].length,
    }));`;
    const output = runScript([...examples, shown].join('\n'));
    const result = JSON.parse(output.trim());
    expect(result).toMatchObject({
      finer: [2562, 3],
      points: [1000, 3],
      smoothed: 3 * 642,
      closed: true,
      defects: [0, 0, 0],
      welded: 0,
      parts: 1,
      coarse: 200,
      middle: 1,
    });
    expect(result.curvature).toBeCloseTo(1, 2);
    expect(result.loss).toBeLessThan(0.01);
  });
});
