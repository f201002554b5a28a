// What we write, as the loaders of three.js read it: corner for corner. They run without a browser, but for its decoder of pictures, in
// whose place ours stands.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BufferGeometry,
  ClampToEdgeWrapping,
  type MeshPhongMaterial,
  type MeshStandardMaterial,
  MirroredRepeatWrapping,
  type Object3D,
  SRGBColorSpace,
  Mesh as ThreeMesh,
} from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { MTLLoader } from 'three/examples/jsm/loaders/MTLLoader.js';
import { OBJLoader } from 'three/examples/jsm/loaders/OBJLoader.js';
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  decodePng,
  encodeGlb,
  encodePly,
  linearToSrgb,
  type MeshData,
  readMeshData,
  toMesh,
  writeMesh,
} from '../../../renderer/io/index.ts';
import { useTestBackend } from '../../backend.ts';
import { painted, tent } from './seeds.ts';

let folder: string;
beforeAll(async () => {
  await useTestBackend();
  folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
  vi.stubGlobal('self', { URL });
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    const { data, shape } = await decodePng(new Uint8Array(await blob.arrayBuffer()));
    return { data, width: shape[1], height: shape[0], close() {} };
  });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true });
});

/** What a corner looks like. */
interface Corner {
  position: number[];
  uv?: number[];
  color?: number[];
}

/** Corners of the faces of a mesh, those of each material together and those without material last. */
function cornersOf({ vertices, faces, colors, uv, uvFaces, faceMaterials }: MeshData): Corner[] {
  const order = [...faceMaterials.keys()].sort((a, b) => (faceMaterials[a] >>> 0) - (faceMaterials[b] >>> 0));
  const row = (values: ArrayLike<number>, width: number, index: number) =>
    Array.from({ length: width }, (_, k) => values[width * index + k]);
  return order.flatMap((face) =>
    [3 * face, 3 * face + 1, 3 * face + 2].map((k) => ({
      position: row(vertices, 3, faces[k]),
      ...(uvFaces[k] >= 0 && { uv: row(uv, 2, uvFaces[k]) }),
      ...(colors && { color: row(colors, 3, faces[k]) }),
    })),
  );
}

/** Likewise, of a geometry of three.js. */
function threeCorners(geometry: BufferGeometry): Corner[] {
  const { position, uv, color } = geometry.attributes;
  const count = geometry.index?.count ?? position.count;
  const row = (attribute: typeof position, corner: number) => {
    const index = geometry.index?.getX(corner) ?? corner;
    return Array.from({ length: attribute.itemSize }, (_, k) => attribute.getComponent(index, k));
  };
  return Array.from({ length: count }, (_, corner) => ({
    position: row(position, corner),
    ...(uv && { uv: row(uv, corner) }),
    ...(color && { color: row(color, corner).slice(0, 3) }),
  }));
}

/** With v downwards, as in glTF. */
const turned = ({ uv, ...corner }: Corner): Corner => ({ ...corner, ...(uv && { uv: [uv[0], 1 - uv[1]] }) });

const meshesOf = (root: Object3D) => {
  const meshes: ThreeMesh[] = [];
  root.traverse((object) => {
    if (object instanceof ThreeMesh) meshes.push(object);
  });
  return meshes;
};

function expectSame(found: Corner[], expected: Corner[], tolerance = 1e-6): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((corner, i) => {
    for (const [name, values] of Object.entries(corner) as [keyof Corner, number[]][]) {
      values.forEach((value, k) => {
        expect(Math.abs(found[i][name]![k] - value), `${name} of corner ${i}`).toBeLessThan(tolerance);
      });
    }
  });
}

describe('three.js', () => {
  it('reads a real textured mesh, written as OBJ and as GLB', async () => {
    const chair = await readMeshData(
      fileURLToPath(new URL('../../../data/furniture-meshes/deckChair.obj', import.meta.url)),
    );
    const path = join(folder, 'chair.obj');
    await writeMesh(path, toMesh(chair));
    const [object] = meshesOf(new OBJLoader().parse(await readFile(path, 'utf8')));
    expectSame(
      threeCorners(object.geometry),
      cornersOf({ ...chair, faceMaterials: new Int32Array(chair.faceMaterials.length) }),
      1e-4,
    );
    const { scene } = await new GLTFLoader().parseAsync(new Uint8Array(await encodeGlb(chair)).buffer, '');
    const meshes = meshesOf(scene);
    expectSame(
      meshes.flatMap(({ geometry }) => threeCorners(geometry)),
      cornersOf(chair).map(turned),
      1e-4,
    );
    const pictures = meshes
      .map(({ material }) => (material as MeshStandardMaterial).map)
      .filter((map) => map !== null);
    expect(pictures.length).toBeGreaterThan(0);
  });

  it.each([
    ['materials and textures', tent],
    ['colours of vertices', painted],
  ])('reads our OBJ and MTL files with %s', async (_, mesh) => {
    const path = join(folder, 'tent.obj');
    await writeMesh(path, toMesh(mesh));
    const [object] = meshesOf(new OBJLoader().parse(await readFile(path, 'utf8')));
    // In the order of the file, as the loader makes one geometry with groups.
    const inOrder = { ...mesh, faceMaterials: new Int32Array(mesh.faceMaterials.length) };
    expectSame(threeCorners(object.geometry), cornersOf(inOrder), 1e-5);
    const { materialsInfo } = new MTLLoader().parse(await readFile(join(folder, 'tent.mtl'), 'utf8'), '');
    expect(Object.keys(materialsInfo)).toEqual(['cloth', 'glass']);
    expect(materialsInfo.cloth).toMatchObject({ map_kd: 'tent-cloth.png' });
    expect(materialsInfo.glass).toMatchObject({ kd: [0, 0, 1], ks: [1, 1, 1], ns: '20', d: '0.5' });
    const cloth = materialsInfo.cloth.kd!.map(Number);
    [1, 0.5, 0.25].forEach((value, k) => {
      expect(cloth[k]).toBeCloseTo(linearToSrgb(value), 5);
    });
    expect((object.material as MeshPhongMaterial[]).map(({ name }) => name)).toContain('glass');
  });

  it.each([
    ['materials and textures', tent],
    ['colours of vertices', painted],
  ])('reads our GLB files with %s', async (_, mesh) => {
    const bytes = new Uint8Array(await encodeGlb(mesh));
    const { scene } = await new GLTFLoader().parseAsync(bytes.buffer, '');
    const meshes = meshesOf(scene);
    expectSame(
      meshes.flatMap(({ geometry }) => threeCorners(geometry)),
      cornersOf(mesh).map(turned),
    );
    const [cloth, glass] = meshes.map(({ material }) => material as MeshStandardMaterial);
    expect(cloth.color.toArray()).toEqual([1, 0.5, 0.25]);
    expect([cloth.map?.wrapS, cloth.map?.wrapT]).toEqual([MirroredRepeatWrapping, ClampToEdgeWrapping]);
    expect(cloth.map?.colorSpace).toBe(SRGBColorSpace);
    const { data } = cloth.map!.image as { data: Uint8Array };
    expect([...data]).toEqual([...tent.textures!['cloth.png'].image.data]);
    expect([glass.transparent, glass.opacity, glass.map]).toEqual([true, 0.5, null]);
  });

  it('reads our PLY files', () => {
    const bytes = encodePly(painted);
    const geometry = new PLYLoader().parse(new Uint8Array(bytes).buffer);
    const inOrder = { ...painted, faceMaterials: new Int32Array(4), uvFaces: painted.uvFaces.map(() => -1) };
    expectSame(threeCorners(geometry), cornersOf(inOrder), 0.005);
  });
});
