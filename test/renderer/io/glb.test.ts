// GLB files: valid for the Khronos validator, and the same mesh when glTF-Transform reads them.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeIO } from '@gltf-transform/core';
import * as tf from '@tensorflow/tfjs';
import { validateBytes } from 'gltf-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGlb, fromMesh, writeMesh } from '../../../renderer/io/index.ts';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { useTestBackend } from '../../backend.ts';
import { painted, tent } from './seeds.ts';

let folder: string;
beforeAll(async () => {
  await useTestBackend();
  folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The JSON chunk of a GLB file. */
function jsonOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(12, true);
  return JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + length)));
}

async function flaws(bytes: Uint8Array): Promise<string[]> {
  const { issues } = await validateBytes(bytes);
  return issues.messages.map(({ code, message }) => `${code}: ${message}`);
}

describe('encodeGlb', () => {
  it('keeps shared vertices, faces and linear colours, with smooth normals', async () => {
    const sphere = icosphere(1, { radii: 0.5 });
    const colors = sphere.vertices.add(0.5).clipByValue(0, 1) as tf.Tensor2D;
    const data = await fromMesh({ ...sphere, colors });
    const bytes = await encodeGlb(data);
    expect(await flaws(bytes)).toEqual([]);

    const root = (await new NodeIO().readBinary(bytes)).getRoot();
    expect(root.listMeshes()).toHaveLength(1);
    const [primitive, ...others] = root.listMeshes()[0].listPrimitives();
    expect(others).toEqual([]);
    const array = (name: string) => primitive.getAttribute(name)!.getArray()!;
    expect(array('POSITION')).toEqual(data.vertices);
    expect([...primitive.getIndices()!.getArray()!]).toEqual([...data.faces]);
    expect(primitive.getIndices()!.getArray()).toBeInstanceOf(Uint16Array);
    expect(array('COLOR_0')).toEqual(data.colors);
    const normals = array('NORMAL');
    // Away from the middle: the faces around each of these vertices are symmetric.
    for (let i = 0; i < normals.length; i++) {
      expect(Math.abs(normals[i] - 2 * data.vertices[i])).toBeLessThan(1e-6);
    }
    expect(root.getDefaultScene()!.listChildren()[0].getMesh()).toBe(root.listMeshes()[0]);
  });

  it('says where the mesh begins and ends, and who wrote it', async () => {
    const data = await fromMesh(icosphere(1, { radii: [0.5, 1, 2], center: [3, 0, 0] }));
    const { accessors, meshes, asset } = jsonOf(await encodeGlb(data));
    const { POSITION } = meshes[0].primitives[0].attributes;
    for (const axis of [0, 1, 2]) {
      const along = data.vertices.filter((_, i) => i % 3 === axis);
      expect(accessors[POSITION].min[axis]).toBe(Math.min(...along));
      expect(accessors[POSITION].max[axis]).toBe(Math.max(...along));
    }
    expect(asset).toEqual({ generator: 'rastergrad', version: '2.0' });
  });

  it('gives the same bytes again', async () => {
    const data = await fromMesh(icosphere(1));
    expect(await encodeGlb(data)).toEqual(await encodeGlb(data));
  });

  it('has 32-bit indices from 65,536 vertices on', async () => {
    const tall = (count: number) => {
      const vertices = Float32Array.from({ length: 3 * count }, (_, i) => (i % 3 === 0 ? i : (i >> 1) % 7));
      const faces = Int32Array.of(0, 1, 2, count - 1, 1, 0);
      const faceMaterials = new Int32Array(2).fill(-1);
      return encodeGlb({
        vertices,
        faces,
        uv: vertices.subarray(0, 0),
        uvFaces: faces,
        materials: [],
        faceMaterials,
      });
    };
    const shortType = 5123;
    const longType = 5125;
    for (const [count, type] of [
      [65_535, shortType],
      [65_536, longType],
    ]) {
      const bytes = await tall(count);
      const { accessors, meshes } = jsonOf(bytes);
      expect(accessors[meshes[0].primitives[0].indices].componentType).toBe(type);
      expect(await flaws(bytes)).toEqual([]);
    }
  });

  it('is valid with vertices that no face has, and faces without area', async () => {
    const data = await fromMesh({
      vertices: tf.tensor2d([0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 5, 5], [4, 3]),
      topology: icosphere(0).topology,
    });
    data.faces = Int32Array.of(0, 1, 2, 1, 1, 2);
    data.faceMaterials = new Int32Array(2).fill(-1);
    const serious = (await flaws(await encodeGlb(data))).filter(
      (flaw) => !flaw.startsWith('ACCESSOR_INDEX_TRIANGLE_DEGENERATE'),
    );
    expect(serious).toEqual([]);
  });

  it('has the colours of materials, a primitive each, where vertices have none', async () => {
    const data = await fromMesh({
      ...icosphere(0),
      materials: [
        { name: 'unused', diffuse: [0, 0, 1], opacity: 1 },
        { name: 'glass', diffuse: [1, 0.25, 0], opacity: 0.5 },
      ],
      faceMaterials: Int32Array.from({ length: 20 }, (_, face) => (face < 12 ? 1 : -1)),
    });
    const bytes = await encodeGlb(data);
    expect(await flaws(bytes)).toEqual([]);
    const root = (await new NodeIO().readBinary(bytes)).getRoot();
    const [glass, grey, ...others] = root.listMeshes()[0].listPrimitives();
    expect(others).toEqual([]);
    expect(glass.getMaterial()!.getBaseColorFactor()).toEqual([1, 0.25, 0, 0.5]);
    expect(glass.getMaterial()!.getAlphaMode()).toBe('BLEND');
    expect(grey.getMaterial()!.getBaseColorFactor()).toEqual([0.5, 0.5, 0.5, 1]);
    expect([...glass.getIndices()!.getArray()!]).toEqual([...data.faces.subarray(0, 36)]);
    expect([...grey.getIndices()!.getArray()!]).toEqual([...data.faces.subarray(36)]);
    expect(glass.getAttribute('POSITION')).toBe(grey.getAttribute('POSITION'));
  });

  it('is valid with textures, seams and vertex colours', async () => {
    // What the validator only remarks: coordinates that no texture needs, and pictures of any size.
    const remark = /^(UNUSED_OBJECT|MESH_PRIMITIVE_UNUSED_TEXCOORD|IMAGE_NPOT_DIMENSIONS)/;
    for (const mesh of [tent, painted]) {
      expect((await flaws(await encodeGlb(mesh))).filter((flaw) => !remark.test(flaw))).toEqual([]);
    }
  });

  it('names what it cannot write', async () => {
    const data = await fromMesh(icosphere(0));
    const none = new Int32Array();
    await expect(encodeGlb({ ...data, faces: none, faceMaterials: none })).rejects.toThrow(
      'the mesh has no faces',
    );
    const vertices = data.vertices.map((value, i) => (i === 4 ? Number.NaN : value));
    await expect(encodeGlb({ ...data, vertices })).rejects.toThrow(
      /vertices\[1\] is \[.*NaN.*expected finite/,
    );
  });
});

describe('writeMesh', () => {
  it('writes GLB where the name ends so, whole or not at all', async () => {
    const mesh = icosphere(1);
    const path = join(folder, 'ball.GLB');
    await writeMesh(path, mesh);
    expect(new Uint8Array(await readFile(path))).toEqual(await encodeGlb(await fromMesh(mesh)));
    const broken = { ...mesh, vertices: mesh.vertices.mul(Number.NaN) as tf.Tensor2D };
    await expect(writeMesh(join(folder, 'broken.glb'), broken)).rejects.toThrow('vertices[0]');
    await expect(writeMesh(join(folder, 'nowhere', 'ball.glb'), mesh)).rejects.toThrow(
      'no such file or folder',
    );
    await expect(writeMesh(join(folder, 'ball.stl'), mesh)).rejects.toThrow('ends in .obj, .ply or .glb');
    expect(await readdir(folder)).toEqual(['ball.GLB']);
  });
});
