// Every built-in scene can be built, is seen whole, and has a gradient that agrees with finite differences of its exact picture.

import { describe, expect, it } from 'vitest';
import { oracleGradient, oraclePicture } from '../../../src/comparison/gradients.ts';
import { comparedLosses } from '../../../src/comparison/losses.ts';
import { targetPicture } from '../../../src/comparison/measure.ts';
import { scenePictures } from '../../../src/comparison/pictures.ts';
import { type LossName, mapValues } from '../../../src/comparison/results.ts';
import { buildScenes, sceneDefinitions } from '../../../src/comparison/scenes/index.ts';
import { moved, sphere, studioCamera, together } from '../../../src/comparison/scenes/shapes.ts';
import { planePositions, viewOf, withPlanePositions } from '../../../src/comparison/view.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

const build = (name: string) => buildScenes([name], [], { seed: 3, cases: 2 });

describe.each(sceneDefinitions.map(({ name }) => name))('scene %s', (name) => {
  it('lies in the picture, start and target apart', async () => {
    const [{ cases }] = await build(name);
    for (const { start, target } of cases) {
      for (const view of [start, target]) {
        expect(planePositions(view).every((value) => Math.abs(value) < 1)).toBe(true);
      }
      expect([...start.positions]).not.toEqual([...target.positions]);
      expect(start.positions.every((value) => Math.fround(value) === value)).toBe(true);
    }
  });

  it('is the same for the same seed', async () => {
    expect(await build(name)).toEqual(await build(name));
  });

  // The largest meshes take seconds each, and colours see all that silhouettes see.
  const isLargest = name === 'table' || name === 'lamp';
  it.each<LossName>(isLargest ? ['color-l2'] : ['silhouette-l2', 'color-l2'])(
    'has the exact gradient of %s',
    async (lossName) => {
      const [{ cases }] = await build(name);
      const { start } = cases[0];
      const isLarge = start.topology.faceCount > 1000;
      const resolution = isLarge ? 32 : 16;
      const { layer, evaluate } = comparedLosses[lossName];
      const target = targetPicture(cases[0], resolution, layer, 'area');
      const { gradient, loss } = oracleGradient(start, resolution, lossName, target);
      const plane = planePositions(start);
      const at = (index: number, offset: number) => {
        const moved = withPlanePositions(
          start,
          plane.map((value, i) => (i === index ? value + offset : value)),
        );
        return evaluate(oraclePicture(moved, resolution, layer), target, new Float64Array(target.length));
      };
      expect(loss).toBeGreaterThan(0);
      // The components that matter most, and of those a few.
      const order = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
      const largest = Math.abs(gradient[order[0]]);
      for (const index of order.slice(0, isLarge ? 1 : 3)) {
        const step = 1e-6;
        const difference = (at(index, step) - at(index, -step)) / (2 * step);
        expect(Math.abs(difference - gradient[index])).toBeLessThan(1e-5 * largest);
      }
    },
  );
});

describe('names of scenes', () => {
  it('may stand for several, each built once', async () => {
    const scenes = await buildScenes(['chair', 'furniture', 'triangle'], [], { seed: 1, cases: 1 });
    expect(scenes.map(({ name }) => name)).toEqual(['chair', 'table', 'lamp', 'triangle']);
  });

  it('have as many random cases as are asked for', async () => {
    const [{ cases }] = await buildScenes(['triangle'], [], { seed: 1, cases: 7 });
    expect(cases).toHaveLength(7);
  });
});

describe('pictures of a scene', () => {
  it('have maps whose pixels sum up to what the vertices say', async () => {
    const [scene] = await build('overlap');
    const { gradients, maps } = await scenePictures(scene, {
      methods: ['dibr', 'nmr', 'edge'].map((type) => ({ label: type, options: { type } })),
      resolution: 24,
      loss: 'silhouette-l2',
      target: 'area',
    });
    for (const [i, { label, values }] of gradients.entries()) {
      expect(maps[i].label).toBe(label);
      const fromVertices = values.reduce((sum, value, k) => (k & 1 ? sum : sum + value), 0);
      const shares = mapValues(maps[i]);
      const sizes = shares.reduce((sum, value) => sum + Math.abs(value), 0);
      const fromPixels = shares.reduce((sum, value) => sum + value, 0);
      expect(Math.abs(fromPixels - fromVertices)).toBeLessThan(1e-3 * sizes);
    }
  });

  it('have no maps where the mesh is large', async () => {
    // Most of it is beside the picture, which the oracle is the sooner done with.
    const aside = moved(sphere(5, 0.5), { shift: [2, 0, 0] });
    const view = viewOf(together([sphere(1, 0.4), aside]), studioCamera);
    const scene = { name: 'fine', title: '', description: '', cases: [{ start: view, target: view }] };
    const { gradients, maps } = await scenePictures(scene, {
      methods: [{ label: 'edge', options: { type: 'edge' } }],
      resolution: 8,
      loss: 'silhouette-l2',
      target: 'hard',
    });
    expect(gradients.map(({ label }) => label)).toEqual(['oracle', 'edge']);
    expect(gradients[0].values.some((value) => value !== 0)).toBe(true);
    expect(maps).toEqual([]);
  });
});
