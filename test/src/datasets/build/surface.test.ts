// Surface points and pictures of shapes whose answers are known.

import { describe, expect, it } from 'vitest';
import { type PaintedMesh, takePicture } from '../../../../src/datasets/build/pictures.ts';
import { viewRig } from '../../../../src/datasets/build/rig.ts';
import { exteriorPoints, type Triangles } from '../../../../src/datasets/build/surfacePoints.ts';

/** Twelve triangles around the origin; wound inwards where `flip` says so. */
function box(halfSizes: readonly number[], center: readonly number[] = [0, 0, 0], flip = false): Triangles {
  const vertices = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z) => [x, y, z]))).flat();
  const faces = [
    ...[0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1],
    ...[2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3],
  ];
  return {
    vertices: Float64Array.from(vertices, (value, i) => value * halfSizes[i % 3] + center[i % 3]),
    faces: Int32Array.from(faces, (_, i) => faces[flip && i % 3 > 0 ? i + (i % 3 === 1 ? 1 : -1) : i]),
  };
}

function union(a: Triangles, b: Triangles): Triangles {
  return {
    vertices: Float64Array.from([...a.vertices, ...b.vertices]),
    faces: Int32Array.from([...a.faces, ...b.faces.map((index) => index + a.vertices.length / 3)]),
  };
}

describe('exteriorPoints', () => {
  it.each([false, true])(
    'lie on the outside, normals outwards, whatever the winding (inwards: %s)',
    (flip) => {
      const mesh = union(box([0.28, 0.28, 0.28], [0, 0, 0], flip), box([0.1, 0.1, 0.1]));
      const { points, normals } = exteriorPoints(mesh, 500)!;
      for (let i = 0; i < points.length; i += 3) {
        const axis = [0, 1, 2].find((k) => Math.abs(Math.abs(points[i + k]) - 0.28) < 1e-6);
        expect(axis).toBeDefined();
        expect(normals[i + axis!] * Math.sign(points[i + axis!])).toBeCloseTo(1, 5);
      }
    },
  );

  it('are spread evenly by area, however the surface is cut into triangles', () => {
    const { points } = exteriorPoints(box([0.4, 0.2, 0.1]), 2000)!;
    const onTop = Array.from({ length: 2000 }, (_, i) => points[3 * i + 1]).filter((y) => y > 0.199).length;
    expect(onTop / 2000).toBeCloseTo(0.08 / (2 * (0.08 + 0.04 + 0.02)) / 2, 2);
  });

  it('gives up on a mesh without area', () => {
    expect(
      exteriorPoints({ vertices: new Float64Array(9), faces: Int32Array.of(0, 1, 2) }, 10),
    ).toBeUndefined();
  });
});

describe('takePicture', () => {
  const size = 32;
  const [front] = viewRig(8, [15, 35]);

  function painted(mesh: Triangles, parts: Partial<PaintedMesh>): PaintedMesh {
    const count = mesh.faces.length / 3;
    return {
      ...mesh,
      uv: [],
      uvFaces: new Int32Array(3 * count).fill(-1),
      faceMaterials: new Int32Array(count),
      materials: [{ color: [1, 1, 1] }],
      ...parts,
    };
  }

  const pixel = (picture: Uint8Array, x: number, y: number) => {
    const at = 4 * (Math.floor(((1 - y) / 2) * size) * size + Math.floor(((1 + x) / 2) * size));
    return [...picture.subarray(at, at + 4)];
  };

  it('shows +x on the right, +y above, seen from the front', () => {
    const right = box([0.1, 0.1, 0.1], [0.3, 0, 0]);
    const top = box([0.1, 0.1, 0.1], [0, 0.3, 0]);
    const mesh = painted(union(right, top), {
      materials: [{ color: [1, 0, 0] }, { color: [0, 0, 1] }],
      faceMaterials: Int32Array.from({ length: 24 }, (_, f) => (f < 12 ? 0 : 1)),
    });
    const picture = takePicture(mesh, front.worldToCamera, { size });
    const [r, , b, alpha] = pixel(picture, 0.5, 0);
    expect(alpha).toBe(255);
    expect(r).toBeGreaterThan(4 * b);
    const [topRed, , topBlue] = pixel(picture, 0, 0.5);
    expect(topBlue).toBeGreaterThan(4 * topRed);
    expect(pixel(picture, -0.5, 0)).toEqual([0, 0, 0, 0]);
  });

  it('covers edge pixels in part', () => {
    const picture = takePicture(painted(box([0.2, 0.2, 0.2]), {}), front.worldToCamera, { size });
    const alpha = picture.filter((_, i) => i % 4 === 3);
    expect(alpha.some((value) => value > 20 && value < 235)).toBe(true);
  });

  it('shows a face in the same colour from every side of the light, since lights stand still in the world', () => {
    const colors = viewRig(8, [15, 35]).map(({ worldToCamera }) =>
      pixel(takePicture(painted(box([0.3, 0.05, 0.3]), {}), worldToCamera, { size }), 0, 0),
    );
    for (const color of colors) expect(color).toEqual(colors[0]);
  });

  it('puts v = 1 of a texture at its first row, and repeats it', () => {
    const wall: Triangles = {
      vertices: Float64Array.of(-0.3, -0.3, 0, 0.3, -0.3, 0, 0.3, 0.3, 0, -0.3, 0.3, 0),
      faces: Int32Array.of(0, 1, 2, 0, 2, 3),
    };
    // Two rows: red above green.
    const texture = { width: 1, height: 2, linear: Float32Array.of(1, 0, 0, 0, 1, 0) };
    const show = (lift: number) =>
      takePicture(
        painted(wall, {
          uv: [0, lift, 1, lift, 1, 1 + lift, 0, 1 + lift],
          uvFaces: Int32Array.of(0, 1, 2, 0, 2, 3),
          materials: [{ color: [0, 0, 1], texture }],
        }),
        front.worldToCamera,
        { size },
      );
    const [red, green] = pixel(show(0), 0, 0.3);
    expect(red).toBeGreaterThan(2 * green);
    const [lowRed, lowGreen] = pixel(show(0), 0, -0.3);
    expect(lowGreen).toBeGreaterThan(2 * lowRed);
    expect(show(3)).toEqual(show(0));
  });
});

describe('viewRig', () => {
  it('maps onto itself when the object turns by 90°', () => {
    const rig = viewRig(8, [15, 35]);
    rig.forEach(({ worldToCamera: m }, i) => {
      const next = rig[(i + 2) % 8].worldToCamera;
      // What this camera sees at (x, y, z), the next one sees at (z, y, −x).
      for (const row of [0, 4, 8]) {
        expect(next[row]).toBeCloseTo(m[row + 2], 9);
        expect(next[row + 1]).toBeCloseTo(m[row + 1], 9);
        expect(next[row + 2]).toBeCloseTo(-m[row], 9);
      }
    });
  });
});
