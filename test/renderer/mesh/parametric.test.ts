import { describe, expect, it } from 'vitest';
import { box, type MeshWithUv, plane, torus, uvSphere } from '../../../renderer/mesh/index.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

/** Position and texture coordinates at every corner of every face. */
function corners({ vertices, topology, uv }: MeshWithUv) {
  const [points, values] = [vertices.arraySync(), uv.values.arraySync()];
  return Array.from(topology.faces, (v, i) => ({ point: points[v], uv: values[uv.indices[i]] }));
}

function signedVolume(mesh: MeshWithUv): number {
  const points = corners(mesh).map(({ point }) => point);
  let volume = 0;
  for (let i = 0; i < points.length; i += 3) {
    const [a, b, c] = points.slice(i, i + 3);
    volume += a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]);
    volume += a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  return volume / 6;
}

const shapes = {
  plane: plane({ size: [2, 3], segments: [4, 5] }),
  box: box({ size: [1, 2, 3] }),
  uvSphere: uvSphere({ radius: 2, segments: 24, rings: 12 }),
  torus: torus({ radius: 2, tubeRadius: 0.5, segments: 40, tubeSegments: 20 }),
};

describe.each(Object.entries(shapes))('%s', (name, mesh) => {
  it('has texture coordinates in 0…1 that are not mirrored', () => {
    const all = corners(mesh);
    for (let i = 0; i < all.length; i += 3) {
      const [a, b, c] = all.slice(i, i + 3).map(({ uv }) => uv);
      expect((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).toBeGreaterThan(0);
    }
    for (const value of mesh.uv.values.dataSync()) expect(value >= 0 && value <= 1).toBe(true);
  });

  it('is closed, its vertices shared along seams', () => {
    const open = mesh.topology.edgeFaceCounts.filter((count) => count !== 2).length;
    expect(open).toBe(name === 'plane' ? 18 : 0);
    const euler = mesh.topology.vertexCount - mesh.topology.edgeCount + mesh.topology.faceCount;
    expect(euler).toBe({ plane: 1, box: 2, uvSphere: 2, torus: 0 }[name]);
  });
});

describe('closed shapes', () => {
  it('wind counter-clockwise seen from outside, with the volume of what they stand for', () => {
    expect(signedVolume(shapes.box)).toBeCloseTo(6, 5);
    const [ball, ring] = [(4 / 3) * Math.PI * 8, 2 * Math.PI ** 2 * 2 * 0.25];
    expect(signedVolume(shapes.uvSphere) / ball).toBeGreaterThan(0.96);
    expect(signedVolume(shapes.uvSphere) / ball).toBeLessThan(1);
    expect(signedVolume(shapes.torus) / ring).toBeCloseTo(1, 1);
  });
});

describe('texture coordinates', () => {
  it('run along x and y of a plane that faces +z', () => {
    for (const { point, uv } of corners(shapes.plane)) {
      expect(point[0]).toBeCloseTo((uv[0] - 0.5) * 2, 6);
      expect(point[1]).toBeCloseTo((uv[1] - 0.5) * 3, 6);
    }
  });

  it('are longitude from −z and latitude on a sphere', () => {
    for (const { point, uv } of corners(shapes.uvSphere)) {
      expect(Math.hypot(...point)).toBeCloseTo(2, 5);
      expect(point[1]).toBeCloseTo(-2 * Math.cos(Math.PI * uv[1]), 5);
      if (Math.abs(point[1]) > 1.99) continue;
      const longitude = 2 * Math.PI * (uv[0] - 0.5);
      const radius = Math.hypot(point[0], point[2]);
      expect(point[0]).toBeCloseTo(radius * Math.sin(longitude), 5);
      expect(point[2]).toBeCloseTo(radius * Math.cos(longitude), 5);
    }
  });

  it('show each side of a box upright', () => {
    for (const { point, uv } of corners(shapes.box).slice(0, 24)) {
      // Front, back, right, left.
      expect(Math.sign(point[1])).toBe(uv[1] === 1 ? 1 : -1);
    }
  });
});

describe('sizes and counts', () => {
  it('are named where they make no surface', () => {
    expect(() => plane({ size: [1, 0] })).toThrow('size is 1,0, expected positive numbers');
    expect(() => box({ size: Number.NaN })).toThrow('size is NaN');
    expect(() => uvSphere({ rings: 1 })).toThrow('rings is 1, expected whole numbers from 2 up');
    expect(() => torus({ tubeSegments: 2.5 })).toThrow('tubeSegments is 2.5');
  });
});
