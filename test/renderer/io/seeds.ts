// Small valid files of every mesh format, with everything in them that the readers read.

import ndarray from 'ndarray';
import { encodeGlb, encodePly, encodePng, formatObj, type MeshData } from '../../../renderer/io/index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Two triangles and a quadrilateral with a seam, a texture and two materials. */
export const tent: MeshData = {
  vertices: Float32Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0.5, 0.5, 1),
  faces: Int32Array.of(0, 1, 4, 1, 2, 4, 0, 3, 2, 0, 2, 1),
  uv: Float32Array.of(0, 0, 1, 0, 0.5, 1, 0.25, 0.75),
  uvFaces: Int32Array.of(0, 1, 2, 0, 1, 2, -1, -1, -1, 3, 2, 1),
  materials: [
    { name: 'cloth', diffuse: [1, 0.5, 0.25], opacity: 1, diffuseTexture: 'cloth.png' },
    { name: 'glass', diffuse: [0, 0, 1], opacity: 0.5, specular: [1, 1, 1], shininess: 20 },
  ],
  faceMaterials: Int32Array.of(0, 0, -1, 1),
  textures: {
    'cloth.png': {
      image: ndarray(
        Uint8Array.from({ length: 4 * 6 }, (_, i) => (i % 4 === 3 ? 255 : 10 * i)),
        [2, 3, 4],
      ),
      wrapU: 'mirror',
      wrapV: 'clamp',
    },
  },
};

export const painted: MeshData = {
  ...tent,
  colors: Float32Array.from({ length: 15 }, (_, i) => (i % 5) / 4),
};

export const mtl = bytesOf(
  'newmtl oak wood\nKa 0 0 0\nKd 0.5 0.25 1\nKs 1 1 1\nNs 32\nd 0.5\nmap_Kd -clamp on -s 2 2 1 wood.png\n\nnewmtl b\nTr 0.25\nKd 1\n',
);

export const obj = [
  bytesOf(formatObj(painted, 'tent.mtl')),
  bytesOf(
    `# made by hand\r\nmtllib my tent.mtl\r\no thing\r\nv 0 0 0\r\nv 2 0 0 1.0\r\nv 2 2 \\\r\n0\r\nv 1 0.5 0 1 0 0\r\nv 0 2e0 0\r\nvt 0 0\r\nvt 1\r\nvt 1 1 0\r\nvn 0 0 1\r\ng a\r\nusemtl oak wood\r\nf -5/1/1 -4/2/1 3/3/1 4//1 5\r\nf 1 2\r\ns off\r\nusemtl\r\nf 1 2 3\r\n`,
  ),
];

export const off = [
  bytesOf('OFF\n# a comment\n5 2 0\n0 0 0\n2 0 0\n2 2 0\n1 0.5 0\n0 2 0\n5 0 1 2 3 4 255 128 0\n3 0 1 2\n'),
  bytesOf(
    'STCNOFF 3 1 0\n0 0 0 0 0 1 1 0 0 1 0 0\n1 0 0 0 0 1 0 1 0 1 1 0\n0 1 0 0 0 1 0 0 1 1 0 1\n3 0 1 2 0.5 0.5 1 0.5\n',
  ),
  bytesOf('3 1 0\n0 0 0 255 0 0 255\n1 0 0 0 255 0 255\n0 1 0 0 0 255 255\n3 0 1 2\n'),
];

const plyHead = (format: string) =>
  `ply\nformat ${format} 1.0\ncomment TextureFile my wood.png\nelement vertex 4\nproperty float x\nproperty double y\nproperty short z\nproperty uchar red\nproperty uchar green\nproperty uchar blue\nproperty float quality\nelement face 1\nproperty list uchar int vertex_indices\nproperty list uchar float texcoord\nelement camera 1\nproperty list ushort char name\nend_header\n`;

/** The body of `plyHead` in either byte order. */
export function binaryPly(little: boolean): Uint8Array {
  const head = bytesOf(plyHead(little ? 'binary_little_endian' : 'binary_big_endian'));
  const body = new DataView(new ArrayBuffer(4 * 21 + 1 + 16 + 1 + 32 + 2 + 3));
  let at = 0;
  const after = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const put = {
    byte: (value: number) => body.setUint8(after(1), value),
    short: (value: number) => body.setInt16(after(2), value, little),
    int: (value: number) => body.setInt32(after(4), value, little),
    float: (value: number) => body.setFloat32(after(4), value, little),
    double: (value: number) => body.setFloat64(after(8), value, little),
  };
  for (const [x, y, z] of [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 0],
  ]) {
    put.float(x);
    put.double(y);
    put.short(z);
    for (const color of [255 * x, 0, 255]) put.byte(color);
    put.float(0.5);
  }
  put.byte(4);
  for (const index of [0, 1, 2, 3]) put.int(index);
  put.byte(8);
  for (const coordinate of [0, 0, 1, 0, 1, 1, 0, 1]) put.float(coordinate);
  put.short(3);
  for (const letter of [65, 66, 67]) put.byte(letter);
  const result = new Uint8Array(head.length + at);
  result.set(head);
  result.set(new Uint8Array(body.buffer, 0, at), head.length);
  return result;
}

export const asciiPly = bytesOf(
  `${plyHead('ascii')}0 0 0 0 0 255 0.5\n1 0 0 255 0 255 0.5\n1 1 0 255 0 255 0.5\n0 1 0 0 0 255 0.5\n4 0 1 2 3 8 0 0 1 0 1 1 0 1\n3 65 66 67\n`,
);

export const ply = [
  asciiPly,
  binaryPly(true),
  binaryPly(false),
  encodePly(painted),
  bytesOf(
    'ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nproperty float s\nproperty float t\nelement face 1\nproperty list uchar int vertex_index\nproperty uchar red\nproperty uchar green\nproperty uchar blue\nelement tristrips 1\nproperty list int int vertex_indices\nend_header\n0 0 0 0 0\n1 0 0 1 0\n1 1 0 1 1\n0 1 0 0 1\n3 0 1 2 255 0 0\n7 0 1 2 3 -1 0 1\n',
  ),
];

export const asciiStl = bytesOf(
  `solid my tent\n${[
    [0, 1, 2],
    [0, 2, 3],
  ]
    .map(
      (corners) =>
        `  facet normal 0 0 1\n    outer loop\n${corners.map((i) => `      vertex ${i > 0 && i < 3 ? 1 : 0} ${i > 1 ? 1 : 0} 0\n`).join('')}    endloop\n  endfacet\n`,
    )
    .join('')}endsolid my tent\n`,
);

export const binaryStl = (() => {
  const bytes = new Uint8Array(84 + 2 * 50);
  bytes.set(bytesOf('solid but binary'));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, 2, true);
  const corners = [0, 1, 2, 0, 2, 3];
  corners.forEach((corner, k) => {
    const at = 84 + 50 * Math.floor(k / 3) + 12 * (1 + (k % 3));
    view.setFloat32(at, corner > 0 && corner < 3 ? 1 : 0, true);
    view.setFloat32(at + 4, corner > 1 ? 1 : 0, true);
  });
  return bytes;
})();

export const ac3d = [
  bytesOf(
    'AC3Db\nMATERIAL "hull" rgb 1 0.5 0  amb 0.2 0.2 0.2  emis 0 0 0  spec 0.5 0.5 0.5  shi 10  trans 0.25\nOBJECT world\nkids 1\nOBJECT group\nname "turned"\nrot 0 -1 0 1 0 0 0 0 1\nloc 10 0 0\nkids 2\nOBJECT poly\nname "wing"\ndata 9\nsome\nnote\ntexture "textures\\wing.png" base\ntexture "dirt.png" tiled\ntexrep 2 1\ntexoff 0.5 0\ncrease 45.0\nloc 1 0 0\nnumvert 4\n0 0 0\n1 0 0\n1 1 0\n0 1 0\nnumsurf 2\nSURF 0x30\nmat 0\nrefs 4\n0 0 0\n1 1 0\n2 1 1\n3 0 1\nSURF 0x2\nmat 0\nrefs 2\n0 0 0\n1 0 0\nkids 0\nOBJECT light\nname "lamp"\nkids 0\n',
  ),
  bytesOf(
    'AC3Dc\nMAT "a"\nrgb 1 1 1\ntrans 0\nENDMAT\nOBJECT world\nkids 1\nOBJECT poly\nnumvert 4\n0 0 0 0 0 1\n1 0 0 0 0 1\n0 1 0 0 0 1\n1 1 0 0 0 1\nnumsurf 1\nSURF 0x14\nmat 0\nrefs 4\n0 0 0 0 0\n1 0 0 0 0\n2 0 0 0 0\n3 0 0 0 0\nkids 0\n',
  ),
];

export const glb = async () => [await encodeGlb(tent), await encodeGlb(painted)];

/** A glTF of nodes in nodes: a strip with 16-bit indices, a picture and a sparse accessor, all in data URIs. */
export async function gltf(): Promise<Uint8Array> {
  const buffer = Buffer.alloc(100);
  for (const [i, value] of [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0].entries()) buffer.writeFloatLE(value, 4 * i);
  for (const [i, value] of [0, 0, 1, 0, 0, 1, 1, 1].entries()) buffer.writeFloatLE(value, 48 + 4 * i);
  for (const i of [0, 1, 2, 3]) buffer.writeUInt16LE(i, 80 + 2 * i);
  for (const [i, value] of [1, 1, 2].entries()) buffer.writeFloatLE(value, 88 + 4 * i);
  const picture = Buffer.from(await encodePng(tent.textures!['cloth.png'].image)).toString('base64');
  return bytesOf(
    JSON.stringify(
      {
        asset: { version: '2.0' },
        scene: 0,
        scenes: [{ nodes: [0] }],
        nodes: [
          { translation: [1, 0, 0], rotation: [0, 0, Math.SQRT1_2, Math.SQRT1_2], children: [1] },
          { matrix: [-2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], mesh: 0 },
        ],
        meshes: [
          { primitives: [{ attributes: { POSITION: 0, TEXCOORD_0: 1 }, indices: 2, material: 0, mode: 5 }] },
        ],
        materials: [
          {
            name: 'paint',
            alphaMode: 'BLEND',
            pbrMetallicRoughness: { baseColorFactor: [0.5, 1, 1, 0.5], baseColorTexture: { index: 0 } },
          },
        ],
        textures: [{ source: 0, sampler: 0 }],
        samplers: [{ wrapS: 33071, wrapT: 33648 }],
        images: [{ uri: `data:image/png;base64,${picture}` }],
        buffers: [
          { byteLength: 100, uri: `data:application/octet-stream;base64,${buffer.toString('base64')}` },
        ],
        bufferViews: [
          { buffer: 0, byteOffset: 0, byteLength: 48 },
          { buffer: 0, byteOffset: 48, byteLength: 32 },
          { buffer: 0, byteOffset: 80, byteLength: 8 },
          { buffer: 0, byteOffset: 88, byteLength: 12 },
        ],
        accessors: [
          {
            bufferView: 0,
            componentType: 5126,
            count: 4,
            type: 'VEC3',
            min: [0, 0, 0],
            max: [1, 1, 2],
            sparse: {
              count: 1,
              indices: { bufferView: 2, byteOffset: 6, componentType: 5123 },
              values: { bufferView: 3 },
            },
          },
          { bufferView: 1, componentType: 5126, count: 4, type: 'VEC2' },
          { bufferView: 2, componentType: 5123, count: 4, type: 'SCALAR' },
        ],
      },
      null,
      1,
    ),
  );
}
