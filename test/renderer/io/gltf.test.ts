import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { encodeGlb, encodePng, type FilesBeside, parseGltf } from '../../../renderer/io/index.ts';
import { glb, gltf, painted, tent } from './seeds.ts';

const nothing: FilesBeside = { read: async () => undefined };

const beside = (files: Record<string, Uint8Array>): FilesBeside => ({ read: async (name) => files[name] });

interface Changeable {
  // biome-ignore lint/suspicious/noExplicitAny: tests change anything in it.
  [key: string]: any;
}

let json: Changeable;
beforeAll(async () => {
  text = new TextDecoder().decode(await gltf());
});
let text: string;
beforeEach(() => {
  json = JSON.parse(text);
});

const read = (files = nothing) =>
  parseGltf(new TextEncoder().encode(JSON.stringify(json, null, 1)), 'a.gltf', files);

describe('parseGltf', () => {
  it('moves meshes by the nodes above them, and keeps mirrored faces turned outwards', async () => {
    const { vertices, faces } = await read();
    // (x, y, z) → (−2x, y, z), turned a quarter to the left, then moved by (1, 0, 0). The last vertex is a sparse item.
    const expected = [1, 0, 0, 1, -2, 0, 0, 0, 0, 0, -2, 2];
    vertices.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
    expect([...faces]).toEqual([0, 2, 1, 2, 3, 1]);
  });

  it('turns v upwards, and reads materials, textures and how they wrap', async () => {
    const { uv, uvFaces, materials, textures } = await read();
    expect([...uv]).toEqual([0, 1, 1, 1, 0, 0, 1, 0]);
    expect([...uvFaces]).toEqual([0, 2, 1, 2, 3, 1]);
    expect(materials).toEqual([
      { name: 'paint', diffuse: [0.5, 1, 1], opacity: 0.5, diffuseTexture: 'image 0' },
    ]);
    expect(textures!['image 0']).toMatchObject({ wrapU: 'clamp', wrapV: 'mirror' });
    expect([...textures!['image 0'].image.data]).toEqual([...tent.textures!['cloth.png'].image.data]);
  });

  it('moves texture coordinates by KHR_texture_transform', async () => {
    const { baseColorTexture } = json.materials[0].pbrMetallicRoughness;
    baseColorTexture.extensions = {
      KHR_texture_transform: { offset: [0.5, 0.25], rotation: Math.PI / 2, scale: [2, 1] },
    };
    json.extensionsRequired = ['KHR_texture_transform'];
    const { uv } = await read();
    // (u, v down) → (v + 0.5, 0.25 − 2u).
    const expected = [0.5, 0.75, 0.5, 2.75, 1.5, 0.75, 1.5, 2.75];
    uv.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
  });

  it('ignores alpha where the material is opaque', async () => {
    delete json.materials[0].alphaMode;
    expect((await read()).materials[0].opacity).toBe(1);
  });

  it('reads buffers and pictures from files beside, whose names are percent-encoded', async () => {
    const bytesOf = (uri: string) => Uint8Array.from(Buffer.from(uri.split(',')[1], 'base64'));
    const files = beside({
      'my buffer.bin': bytesOf(json.buffers[0].uri),
      'wood.png': bytesOf(json.images[0].uri),
    });
    json.buffers[0].uri = 'my%20buffer.bin';
    json.images[0].uri = 'wood.png';
    const { vertices, textures } = await read(files);
    expect(vertices).toHaveLength(12);
    expect(Object.keys(textures!)).toEqual(['wood.png']);
    await expect(read()).rejects.toThrow(/^a.gltf:\d+: buffer "my%20buffer.bin" is missing/);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const bare = await read({ read: async (name) => (name === 'wood.png' ? undefined : files.read(name)) });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('a.gltf: the texture "wood.png" is not there'));
    warn.mockRestore();
    expect(bare.textures).toBeUndefined();
    expect(bare.materials[0].diffuseTexture).toBe('wood.png');
  });

  it('gives a picture that is used in two ways two names', async () => {
    json.materials.push({ pbrMetallicRoughness: { baseColorTexture: { index: 0 } } });
    json.meshes[0].primitives.push({ ...json.meshes[0].primitives[0], material: 1 });
    const { materials } = await read();
    expect(materials.map(({ diffuseTexture }) => diffuseTexture)).toEqual(['image 0', 'image 0 2']);
  });

  it.each([
    [
      'KHR_draco_mesh_compression is required',
      { extensionsRequired: ['KHR_draco_mesh_compression'] },
      'requires the extension',
    ],
    ['version 1', { asset: { version: '1.0' } }, 'the file is of glTF version 1.0, expected 2.0'],
    [
      'nodes in a circle',
      { nodes: [{ children: [1] }, { children: [0] }] },
      'node 0 stands below two nodes, or below itself',
    ],
    ['a list that is none', { accessors: 7 }, '"accessors" is not a list'],
    ['a scene that there is not', { scene: 3 }, 'scene is 3, but there are 1'],
  ])('rejects %s', async (_, change, message) => {
    Object.assign(json, change);
    await expect(read()).rejects.toThrow(FileError);
    await expect(read()).rejects.toThrow(message);
  });

  it('names the line of a value', async () => {
    const lineOf = (value: string) =>
      JSON.stringify(json, null, 1)
        .split('\n')
        .findIndex((line) => line.includes(value)) + 1;
    json.nodes[0].translation = [1, 'far', 0];
    await expect(read()).rejects.toThrow(
      `a.gltf:${lineOf('translation')}: translation is [1,"far",0], expected 3 finite`,
    );
    json.nodes[0].translation = undefined;
    json.accessors[0].count = 1_000_000_000;
    // That of the object's bracket.
    const line = lineOf('1000000000') - 3;
    await expect(read()).rejects.toThrow(
      `a.gltf:${line}: accessor says 1000000000 items, more than its buffer has`,
    );
  });

  it('names the byte of what is wrong in a GLB file', async () => {
    const [file] = await glb();
    const reads = (bytes: Uint8Array) => parseGltf(bytes, 'a.glb', nothing);
    await expect(reads(file.slice(0, -5))).rejects.toThrow(
      `a.glb: byte 8: the file says ${file.length} bytes`,
    );
    const broken = file.slice();
    broken[30] = 7;
    await expect(reads(broken)).rejects.toThrow(/a\.glb: byte \d+: is not valid JSON/);
    const written = Buffer.from(await encodeGlb(painted));
    const [one, notANumber] = [Buffer.of(0, 0, 0x80, 0x3f), Buffer.of(0, 0, 0xc0, 0x7f)];
    for (let at = written.indexOf(one); at >= 0; at = written.indexOf(one)) notANumber.copy(written, at);
    await expect(reads(written)).rejects.toThrow(
      /a\.glb: byte \d+: vertex \d has a number that is not finite/,
    );
  });
});

describe('encodeGlb', () => {
  it('brings seams, textures, colours and materials back', async () => {
    const read = await parseGltf(await encodeGlb(painted), 'a.glb', nothing);
    expect(Float32Array.from(read.vertices)).toEqual(painted.vertices);
    expect(Float32Array.from(read.colors!)).toEqual(painted.colors);
    expect(read.materials.map(({ name, diffuse, opacity }) => ({ name, diffuse, opacity }))).toEqual([
      { name: 'cloth', diffuse: [1, 0.5, 0.25], opacity: 1 },
      { name: 'glass', diffuse: [0, 0, 1], opacity: 0.5 },
      // Faces without material.
      { name: '', diffuse: [1, 1, 1], opacity: 1 },
    ]);
    const { image, wrapU, wrapV } = Object.values(read.textures!)[0];
    expect([...image.data]).toEqual([...tent.textures!['cloth.png'].image.data]);
    expect([wrapU, wrapV]).toEqual(['mirror', 'clamp']);

    // Faces come by material; their corners are what they were.
    const corners = ({ faces, uv, uvFaces }: typeof read, face: number) =>
      [0, 1, 2].map((k) => [faces[3 * face + k], ...uv.slice(2 * uvFaces[3 * face + k]).slice(0, 2)]);
    [0, 1, 3].forEach((face, position) => {
      expect(corners(read, position)).toEqual(corners(painted as typeof read, face));
    });
    expect([...read.faces.slice(9)]).toEqual([...painted.faces.slice(6, 9)]);
  });

  it('embeds each picture once', async () => {
    const materials = tent.materials.map((material) => ({ ...material, diffuseTexture: 'cloth.png' }));
    const bytes = Buffer.from(await encodeGlb({ ...tent, materials }));
    const png = Buffer.from(await encodePng(tent.textures!['cloth.png'].image));
    expect(bytes.indexOf(png)).toBe(bytes.lastIndexOf(png));
    expect(bytes.indexOf(png)).toBeGreaterThan(0);
  });
});
