// Every shading model on a real textured mesh, from parameters to pictures: gradients through tensors against finite differences of the
// same pictures in double precision, made without tensors from the kernels. Visibility is held, as it is when pixels inside of faces
// move.

import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Light,
  lit,
  lookAt,
  type Mesh,
  PerspectiveCamera,
  readMesh,
  render,
  type Shading,
  sphericalHarmonics,
  splitAtCreases,
  type Topology,
  unlit,
} from '../../../renderer/index.ts';
import type { Fragments, Picture, RealArray, Scene } from '../../../renderer/kernels/index.ts';
import { light as lightKernel } from '../../../renderer/kernels/lighting.ts';
import { pixelDerivatives } from '../../../renderer/kernels/pixelDerivatives.ts';
import { findVisible, interpolate } from '../../../renderer/kernels/reference/fragments.ts';
import { shade as harmonicsKernel } from '../../../renderer/kernels/sphericalHarmonics.ts';
import { pyramidOf, sample } from '../../../renderer/kernels/texture.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { useTestBackend } from '../../backend.ts';
import { centralDifferences, relativeError, waves } from '../../differences.ts';

const size = 24;
/** No edge of the chair is as sharp as this and no more. */
const crease = 38;
const picture: Picture = { width: size, height: size, perspectiveCorrect: true, cull: false, near: 0.01 };

type Model = 'unlit' | 'lambert' | 'phong' | 'blinnPhong' | 'sphericalHarmonics';
type NormalKind = 'face' | 'area' | 'angle' | 'crease';

let mesh: Mesh;
let camera: PerspectiveCamera;
let start: Parameters;
/** Of the textures, by name, as they are at the start. */
let startPyramids: Map<string, ReturnType<typeof pyramidOf>>;

/** The texture that has a gradient. */
const stripes = 'BlueWhite_Stripes.jpg';

interface Parameters {
  vertices: Float64Array;
  uv: Float64Array;
  texels: Float64Array;
  diffuse: Float64Array;
  specular: Float64Array;
  shininess: Float64Array;
  ambient: Float64Array;
  lampColor: Float64Array;
  lampDirection: Float64Array;
  pointColor: Float64Array;
  pointPosition: Float64Array;
  coefficients: Float64Array;
}

beforeAll(async () => {
  await useTestBackend();
  const read = await readMesh(path.join(packageRoot, 'data/furniture-meshes/deckChair.obj'));
  // Centred, of radius 1.
  const vertices = tf.tidy(() => {
    const low = read.vertices.min(0);
    const high = read.vertices.max(0);
    const centred = read.vertices.sub(low.add(high).div(2));
    return centred.div(centred.norm('euclidean', 1).max());
  }) as tf.Tensor2D;
  const materials = read.materials!.map((material) => ({ ...material, creaseDegrees: crease }));
  mesh = { ...read, vertices, materials };
  camera = new PerspectiveCamera({ fovDegrees: 40, view: lookAt({ eye: [1.2, 1.1, 2.3] }) });
  start = {
    vertices: Float64Array.from(vertices.dataSync()),
    uv: Float64Array.from(mesh.uv!.values.dataSync()),
    texels: Float64Array.from(mesh.textures![stripes].texels.dataSync()),
    diffuse: Float64Array.from(materials.flatMap(({ diffuse }) => diffuse)),
    specular: Float64Array.from(materials.flatMap(({ specular }) => specular!)),
    shininess: Float64Array.from(materials.map(({ shininess }) => shininess! / 5)),
    ambient: Float64Array.of(0.2, 0.25, 0.3),
    lampColor: Float64Array.of(0.8, 0.7, 0.6),
    lampDirection: Float64Array.of(0.5, 1, 0.8),
    pointColor: Float64Array.of(0.3, 0.4, 0.5),
    pointPosition: Float64Array.of(-1, 2, 1.5),
    coefficients: waves(27, 1).map((value, i) => (i < 3 ? 3 : 0.6 * value)),
  };
  startPyramids = new Map(
    Object.entries(mesh.textures!).map(([name, { texels }]) => [
      name,
      doublePyramid(name, Float64Array.from(texels.dataSync())),
    ]),
  );
});

function doublePyramid(name: string, texels: Float64Array): ReturnType<typeof pyramidOf> {
  const [height, width, channels] = mesh.textures![name].texels.shape;
  return pyramidOf({ width, height, channels, wrapU: 'repeat', wrapV: 'repeat' }, texels, true);
}

/** Unit normals in double precision, and the rows of each face's corners in them. */
function normalsOf(
  kind: NormalKind,
  vertices: RealArray,
  topology: Topology,
): { rows: Float64Array; indices: Int32Array } {
  if (kind === 'crease') {
    const { topology: split, sources } = splitAtCreases(start.vertices, topology, crease);
    const places = Float64Array.from(
      { length: 3 * sources.length },
      (_, i) => vertices[3 * sources[Math.floor(i / 3)] + (i % 3)],
    );
    return normalsOf('angle', places, split);
  }
  const { faces, faceCount, vertexCount } = topology;
  const rows = new Float64Array(3 * (kind === 'face' ? faceCount : vertexCount));
  for (let f = 0; f < faceCount; f++) {
    const corners = [0, 1, 2].map((k) => 3 * faces[3 * f + k]);
    const edge = (k: number) =>
      [0, 1, 2].map((d) => vertices[corners[(k + 1) % 3] + d] - vertices[corners[k] + d]);
    const [u, v] = [edge(0), edge(2).map((value) => -value)];
    const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const area = Math.hypot(...cross);
    if (kind === 'face') {
      for (let d = 0; d < 3; d++) rows[3 * f + d] = cross[d] / area;
      continue;
    }
    for (let k = 0; k < 3; k++) {
      const [next, last] = [edge(k), edge((k + 2) % 3).map((value) => -value)];
      const dot = next.reduce((sum, value, d) => sum + value * last[d], 0);
      const weight =
        kind === 'area' ? 1 : Math.acos(dot / (Math.hypot(...next) * Math.hypot(...last))) / area;
      for (let d = 0; d < 3; d++) rows[corners[k] + d] += weight * cross[d];
    }
  }
  if (kind !== 'face') {
    for (let i = 0; i < rows.length; i += 3) {
      const length = Math.hypot(rows[i], rows[i + 1], rows[i + 2]) || 1;
      for (let d = 0; d < 3; d++) rows[i + d] /= length;
    }
  }
  return { rows, indices: kind === 'face' ? Int32Array.from(faces, (_, i) => Math.floor(i / 3)) : faces };
}

/** Visible faces at the start, and their weights at other positions: M⁻¹ p, scaled to sum 1 (kernels/scalar/weights.ts). */
function fragmentsAt(scene: Scene, visible: Fragments): Fragments {
  const { positions, faces } = scene;
  const kept = [...visible.faces.keys()].filter((p) => visible.faces[p] >= 0);
  const weights = kept.flatMap((p) => {
    const x = (2 * (p % size) + 1 - size) / size;
    const y = (size - 2 * Math.floor(p / size) - 1) / size;
    const c = [0, 1, 2].map((k) => {
      const at = 4 * faces[3 * visible.faces[p] + k];
      return [positions[at], positions[at + 1], positions[at + 3]];
    });
    const share = (k: number) => {
      const [a, b] = [c[(k + 1) % 3], c[(k + 2) % 3]];
      return x * (a[1] * b[2] - a[2] * b[1]) + y * (a[2] * b[0] - a[0] * b[2]) + (a[0] * b[1] - a[1] * b[0]);
    };
    const shares = [share(0), share(1), share(2)];
    const sum = shares[0] + shares[1] + shares[2];
    return shares.map((value) => value / sum);
  });
  return {
    faces: Int32Array.from(kept, (p) => visible.faces[p]),
    weights: Float64Array.from(weights),
    pixels: Int32Array.from(kept),
    itemStarts: Int32Array.of(0, kept.length),
  };
}

const sceneAt = (vertices: RealArray): Scene => ({
  positions: camera.projectOnHost(vertices),
  stride: 4,
  faces: mesh.topology.faces,
  items: [
    {
      vertexStart: 0,
      vertexCount: mesh.topology.vertexCount,
      faceStart: 0,
      faceCount: mesh.topology.faceCount,
    },
  ],
});

/** Σ upstream · colour over the covered pixels, in double precision. */
function doubleLoss(
  model: Model,
  kind: NormalKind,
  visible: Fragments,
  sides: Float32Array,
  upstream: Float64Array,
) {
  return (at: Parameters): number => {
    const scene = sceneAt(at.vertices);
    const fragments = fragmentsAt(scene, visible);
    const count = fragments.faces.length;
    const interpolated = (values: RealArray, channels: number, indices: Int32Array) => {
      const output = new Float64Array(channels * count);
      interpolate(scene, fragments, { values, channels, indices, rowStarts: [0] }, output);
      return output;
    };
    const { faces } = mesh.topology;
    const uv = interpolated(
      at.uv,
      2,
      mesh.uv!.indices.map((row) => Math.max(row, 0)),
    );
    const depths = interpolated(
      Float64Array.from({ length: mesh.topology.vertexCount }, (_, v) => scene.positions[4 * v + 3]),
      1,
      faces,
    );
    const footprint = new Float64Array(4 * count);
    const uvRows = { values: at.uv, channels: 2, indices: mesh.uv!.indices, rowStarts: [0] };
    pixelDerivatives(scene, picture, fragments, { attributes: uvRows, rows: uv, depths }, footprint);
    const names = Object.keys(mesh.textures!);
    const pyramids = names.map((name) => {
      if (name !== stripes || at.texels === start.texels) return startPyramids.get(name)!;
      return doublePyramid(name, at.texels);
    });
    const materials = fragments.faces.map((face) => mesh.faceMaterials![face]);
    const which = materials.map((m) => names.indexOf(mesh.materials![m].diffuseTexture ?? ''));
    const albedo = new Float64Array(3 * count);
    sample(pyramids, { which, uv, footprint }, 3, albedo);
    for (let i = 0; i < albedo.length; i++)
      albedo[i] *= at.diffuse[3 * materials[Math.floor(i / 3)] + (i % 3)];
    let output = albedo;
    if (model !== 'unlit') {
      const { rows, indices } = normalsOf(kind, at.vertices, mesh.topology);
      const normals = interpolated(rows, 3, indices);
      const seen = fragments.faces.map((face) => sides[face]);
      output = new Float64Array(3 * count);
      if (model === 'sphericalHarmonics') {
        const { coefficients } = at;
        harmonicsKernel({ albedo, normals, coefficients, sides: Float32Array.from(seen) }, output);
      } else {
        lightKernel(
          {
            model,
            albedo,
            normals,
            positions: interpolated(at.vertices, 3, faces),
            viewpoints: Float64Array.of(1.2, 1.1, 2.3, 1),
            items: new Int32Array(count),
            sides: Float32Array.from(seen),
            materials,
            specular: at.specular,
            shininess: at.shininess,
            ambient: at.ambient,
            colors: Float64Array.of(...at.lampColor, ...at.pointColor),
            places: Float64Array.of(...at.lampDirection, ...at.pointPosition),
            arePoints: [false, true],
          },
          output,
        );
      }
    }
    let sum = 0;
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < 3; c++) sum += upstream[3 * fragments.pixels![i] + c] * output[3 * i + c];
    }
    return sum;
  };
}

/** The same through tensors. */
function tensorLoss(model: Model, kind: NormalKind, upstream: Float64Array) {
  return (at: Record<keyof Parameters, tf.Tensor>): tf.Scalar => {
    const materials = {
      diffuse: at.diffuse as tf.Tensor2D,
      specular: at.specular as tf.Tensor2D,
      shininess: at.shininess as tf.Tensor1D,
    };
    const lights: Light[] = [
      { type: 'ambient', color: at.ambient as tf.Tensor1D },
      { type: 'directional', color: at.lampColor as tf.Tensor1D, direction: at.lampDirection as tf.Tensor1D },
      { type: 'point', color: at.pointColor as tf.Tensor1D, position: at.pointPosition as tf.Tensor1D },
    ];
    const shadings: Record<Model, () => Shading> = {
      unlit: () => unlit({ materials }),
      lambert: () => lit({ model: 'lambert', lights, materials, normals: kind }),
      phong: () => lit({ model: 'phong', lights, materials, normals: kind }),
      blinnPhong: () => lit({ model: 'blinnPhong', lights, materials, normals: kind }),
      sphericalHarmonics: () =>
        sphericalHarmonics({ coefficients: at.coefficients as tf.Tensor2D, materials, normals: kind }),
    };
    const texture = mesh.textures![stripes];
    const { image } = render(
      {
        ...mesh,
        vertices: at.vertices as tf.Tensor2D,
        uv: { ...mesh.uv!, values: at.uv as tf.Tensor2D },
        textures: {
          ...mesh.textures,
          [stripes]: { ...texture, texels: at.texels as tf.Tensor3D },
        },
      },
      camera,
      { width: size, height: size, method: { type: 'hard' }, shading: shadings[model](), outputs: ['image'] },
    );
    return image.mul(tf.tensor4d(Float32Array.from(upstream), [1, size, size, 3])).sum();
  };
}

/** Which parameters a model has. */
const own: Record<Model, (keyof Parameters)[]> = {
  unlit: [],
  lambert: ['ambient', 'lampColor', 'lampDirection', 'pointColor', 'pointPosition'],
  phong: ['ambient', 'lampColor', 'lampDirection', 'pointColor', 'pointPosition', 'specular', 'shininess'],
  blinnPhong: [
    'ambient',
    'lampColor',
    'lampDirection',
    'pointColor',
    'pointPosition',
    'specular',
    'shininess',
  ],
  sphericalHarmonics: ['coefficients'],
};

const cases: [Model, NormalKind][] = [
  ['unlit', 'face'],
  ['lambert', 'angle'],
  ['phong', 'face'],
  ['phong', 'area'],
  ['blinnPhong', 'angle'],
  ['lambert', 'crease'],
  ['sphericalHarmonics', 'area'],
];

describe('a deck chair', () => {
  it.each(cases)('%s with normals by %s: gradients of everything are the derivative', (model, kind) => {
    const visible = findVisible(sceneAt(start.vertices), picture);
    const upstream = waves(3 * size * size, 2);
    const sides = Float32Array.from({ length: mesh.topology.faceCount }, (_, f) => {
      const { positions, faces } = sceneAt(start.vertices);
      const [a, b, c] = [0, 1, 2].map((k) => 4 * faces[3 * f + k]);
      const flat = (at: number) => [positions[at] / positions[at + 3], positions[at + 1] / positions[at + 3]];
      const [p, q, r] = [flat(a), flat(b), flat(c)];
      return (q[0] - p[0]) * (r[1] - p[1]) - (r[0] - p[0]) * (q[1] - p[1]) < 0 ? -1 : 1;
    });
    const evaluate = doubleLoss(model, kind, visible, sides, upstream);
    const shapes: Record<keyof Parameters, number[]> = {
      vertices: mesh.vertices.shape,
      uv: mesh.uv!.values.shape,
      texels: mesh.textures![stripes].texels.shape,
      diffuse: [mesh.materials!.length, 3],
      specular: [mesh.materials!.length, 3],
      shininess: [mesh.materials!.length],
      ambient: [3],
      lampColor: [3],
      lampDirection: [3],
      pointColor: [3],
      pointPosition: [3],
      coefficients: [9, 3],
    };
    const names = Object.keys(shapes) as (keyof Parameters)[];
    const tested: (keyof Parameters)[] = ['vertices', 'uv', 'texels', 'diffuse', ...own[model]];
    const loss = tensorLoss(model, kind, upstream);
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const at = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      // tf.grads insists that every input takes part.
      return loss(at as Record<keyof Parameters, tf.Tensor>).add(
        tf.addN(tensors.map((one) => one.sum().mul(0))),
      );
    })(names.map((name) => tf.tensor(Float32Array.from(start[name]), shapes[name])));
    expect(Math.abs(value.dataSync()[0] - evaluate(start))).toBeLessThan(2e-4);

    for (const name of tested) {
      const gradient = grads[names.indexOf(name)].dataSync();
      const array = start[name];
      // Of long arrays, the entries with the largest gradients and some others.
      const order = [...array.keys()].sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
      const chosen =
        array.length > 60 ? [...order.slice(0, 20), ...order.slice(100, 110)] : [...array.keys()];
      const expected = centralDifferences(
        (moved) => {
          const whole = array.slice();
          chosen.forEach((i, k) => {
            whole[i] = moved[k];
          });
          return evaluate({ ...start, [name]: whole });
        },
        chosen.map((i) => array[i]),
        1e-6,
      );
      const actual = chosen.map((i) => gradient[i]);
      expect(relativeError(actual, expected), name).toBeLessThan(2e-3);
    }
  });
});
