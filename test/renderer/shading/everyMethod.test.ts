// Every gradient method with every shading: pictures and gradients that are finite and reach what they should, one mesh or several, cut by
// the near plane or whole, before a colour or a picture.

import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  clay,
  icosphere,
  lit,
  lookAt,
  type Mesh,
  type MethodOptions,
  methods,
  PerspectiveCamera,
  readMesh,
  render,
  type Shading,
  sphericalHarmonics,
  Topology,
  unlit,
  uvSphere,
} from '../../../renderer/index.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { useTestBackend } from '../../backend.ts';
import { waves } from '../../differences.ts';

const size = { width: 20, height: 16 };
const views = [lookAt({ eye: [0.4, 0.6, 2.2] }), lookAt({ eye: [-1.8, 0.3, 1.2] })];
const camera = new PerspectiveCamera({ fovDegrees: 45, aspect: 20 / 16, view: views });
const aloneFrom = (view: number) =>
  new PerspectiveCamera({ fovDegrees: 45, aspect: 20 / 16, view: views[view] });

/** A textured sphere, and a chair in two textures. */
let sphere: Mesh;
let chair: Mesh;

beforeAll(async () => {
  await useTestBackend();
  const { vertices, topology, uv } = uvSphere({ radius: 0.7, segments: 12, rings: 6 });
  const texels = tf.tensor3d(Float32Array.from(waves(8 * 16 * 3, 1), Math.abs), [8, 16, 3]);
  sphere = {
    vertices,
    topology,
    uv,
    materials: [{ name: 'globe', diffuse: [0.9, 0.8, 1], opacity: 1, diffuseTexture: 'map' }],
    faceMaterials: new Int32Array(topology.faceCount),
    textures: { map: { texels, wrapV: 'clamp' } },
  };
  const read = await readMesh(path.join(packageRoot, 'data/furniture-meshes/deckChair.obj'));
  chair = { ...read, vertices: tf.tidy(() => read.vertices.mul(0.012)) as tf.Tensor2D };
});

const shadings: Record<string, () => Shading> = {
  unlit: () => unlit(),
  sharp: () => unlit({ mipmaps: false }),
  lambert: () => lit({ normals: 'face' }),
  creased: () => lit({ normals: 'crease' }),
  phong: () => lit({ model: 'phong', normals: 'area' }),
  blinnPhong: () => lit({ model: 'blinnPhong', normals: 'angle', twoSided: false }),
  harmonics: () =>
    sphericalHarmonics({
      coefficients: tf.tensor2d(
        Float32Array.from(waves(27, 2), (value, i) => (i < 3 ? 3 : value)),
        [9, 3],
      ),
    }),
  clay: () => clay,
};

const cases = methods
  .list()
  .flatMap(({ type }) => Object.keys(shadings).map((shading) => ({ type, shading })));

const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()];

describe.each(cases)('$type with $shading', ({ type, shading }) => {
  const method: MethodOptions = type === 'softras' ? { type, sigma: 1e-3 } : { type };

  it('draws, and passes gradients to vertices, coordinates and texels', () => {
    const loss = (vertices: tf.Tensor, uv: tf.Tensor, texels: tf.Tensor) => {
      const mesh: Mesh = {
        ...sphere,
        vertices: vertices as tf.Tensor2D,
        uv: { ...sphere.uv!, values: uv as tf.Tensor2D },
        textures: { map: { ...sphere.textures!.map, texels: texels as tf.Tensor3D } },
      };
      const { image } = render(mesh, camera, {
        ...size,
        method,
        shading: shadings[shading](),
        outputs: ['image'],
      });
      // Gradients of what takes no part are 0.
      const none = [uv, texels].map((one) => one.sum().mul(0));
      return tf.addN([
        image.mul(tf.randomNormal(image.shape, 0, 1, 'float32', 3)).sum(),
        ...none,
      ]) as tf.Scalar;
    };
    const inputs = [sphere.vertices, sphere.uv!.values, sphere.textures!.map.texels];
    const { value, grads } = tf.valueAndGrads(loss as never)(inputs);
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    grads.forEach((gradient, i) => {
      const values = numbers(gradient);
      expect(values.every(Number.isFinite)).toBe(true);
      const takesPart = i === 0 || shading !== 'clay';
      expect(values.some((one) => one !== 0)).toBe(takesPart);
    });
  });

  it('draws several meshes as each alone, to the bit', () => {
    const meshes = [sphere, chair];
    const options = { ...size, method, shading: shadings[shading]() };
    const together = render(meshes, camera, options);
    meshes.forEach((mesh, m) => {
      const alone = render(mesh, aloneFrom(m), options);
      for (const name of ['image', 'silhouette'] as const) {
        expect(numbers(together[name].slice(m, 1))).toEqual(numbers(alone[name]));
      }
    });
  });

  it('draws each mesh from as many views', () => {
    const both = new PerspectiveCamera({ fovDegrees: 45, aspect: 20 / 16, view: [...views, ...views] });
    const options = { ...size, method, shading: shadings[shading]() };
    const together = render([sphere, chair], both, options).image;
    [sphere, chair].forEach((mesh, m) => {
      const alone = render(mesh, camera, options).image;
      expect(numbers(together.slice(2 * m, 2))).toEqual(numbers(alone));
    });
  });

  it('draws before a picture as before its colour', () => {
    const grey = [0.2, 0.5, 0.7];
    const options = { ...size, method, shading: shadings[shading](), outputs: ['image'] as const };
    const onColor = render(chair, camera, { ...options, background: grey }).image;
    const picture = tf.tensor(grey).reshape([1, 1, 1, 3]).tile([1, 16, 20, 1]) as tf.Tensor4D;
    const onPicture = render(chair, camera, { ...options, background: picture }).image;
    const difference = numbers(onColor.sub(onPicture).abs().max())[0];
    expect(difference).toBeLessThan(2e-5);
  });

  it('stays finite with vertices behind the camera, or none at all', () => {
    const inside = new PerspectiveCamera({
      fovDegrees: 70,
      aspect: 20 / 16,
      view: lookAt({ eye: [0, 0.1, 0.5] }),
    });
    const vertices = numbers(chair.vertices).map((value, i) => (i === 4 ? Number.NaN : value));
    const broken = { ...chair, vertices: tf.tensor2d(vertices, chair.vertices.shape) };
    const gradient = tf.grad((at) => {
      const { image, silhouette } = render({ ...broken, vertices: at as tf.Tensor2D }, inside, {
        ...size,
        method,
        shading: shadings[shading](),
      });
      return image.sum().add(silhouette.sum()) as tf.Scalar;
    })(broken.vertices);
    expect(numbers(gradient).every(Number.isFinite)).toBe(true);
    const nothing = { ...sphere, topology: new Topology(new Int32Array(0), sphere.topology.vertexCount) };
    const bare = {
      ...nothing,
      uv: { ...sphere.uv!, indices: new Int32Array(0) },
      faceMaterials: new Int32Array(0),
    };
    const { image } = render(bare, camera, { ...size, method, shading: shadings[shading]() });
    expect(numbers(image).every((value) => value === 0)).toBe(true);
  });
});

describe('what render can draw besides', () => {
  it('come in one call as each alone', () => {
    const outputs = [
      ...(['image', 'silhouette', 'depth', 'normals'] as const),
      ...(['uv', 'faceIndex', 'barycentrics'] as const),
    ];
    const all = render(sphere, camera, { ...size, outputs });
    expect(Object.keys(all)).toEqual(outputs);
    for (const name of outputs) {
      expect(numbers(all[name])).toEqual(numbers(render(sphere, camera, { ...size, outputs: [name] })[name]));
    }
  });

  it('are normals of length 1 that point to the viewer of a sphere, and texture coordinates', () => {
    const { normals, uv, faceIndex } = render(sphere, camera, {
      ...size,
      method: { type: 'hard' },
      outputs: ['normals', 'uv', 'faceIndex'],
    });
    const [n, t, faces] = [normals, uv, faceIndex].map(numbers);
    faces.slice(0, 320).forEach((face, p) => {
      const length = Math.hypot(...n.slice(3 * p, 3 * p + 3));
      expect(length).toBeCloseTo(face < 0 ? 0 : 1, 5);
      if (face >= 0) expect(n[3 * p] * 0.4 + n[3 * p + 1] * 0.6 + n[3 * p + 2] * 2.2).toBeGreaterThan(0);
      for (const value of t.slice(2 * p, 2 * p + 2)) {
        expect(value).toBeGreaterThanOrEqual(-1e-6);
        expect(value).toBeLessThanOrEqual(1 + 1e-6);
      }
    });
  });

  it('follow cameras made of tensors, with gradients in every shading', () => {
    // Clay has one colour a face, which a shift of the camera leaves as it is.
    const { clay: _, ...others } = shadings;
    for (const shading of Object.values(others)) {
      const gradient = tf.grad((shift) => {
        const view = tf.tensor3d([...views[0]], [1, 4, 4]).add(
          tf.concat([tf.zeros([3, 3]), shift.reshape([3, 1])], 1).pad([
            [0, 1],
            [0, 0],
          ]),
        ) as tf.Tensor3D;
        const seen = new PerspectiveCamera({ fovDegrees: 45, aspect: 20 / 16, view });
        return render(sphere, seen, { ...size, shading: shading(), outputs: ['image'] })
          .image.square()
          .sum() as tf.Scalar;
      })(tf.zeros([3]));
      const values = numbers(gradient);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values.some((value) => value !== 0)).toBe(true);
    }
  });

  it('leave no tensors behind', () => {
    const made = Object.values(shadings).map((shading) => shading());
    const before = tf.memory().numTensors;
    for (const shading of made) tf.dispose(render([sphere, chair], camera, { ...size, shading }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are as of each mesh alone where one is cut, or has nothing in it', () => {
    const inside = new PerspectiveCamera({
      fovDegrees: 70,
      aspect: 20 / 16,
      view: lookAt({ eye: [0, 0.1, 0.5] }),
    });
    const empty: Mesh = {
      vertices: tf.zeros([0, 3]),
      topology: new Topology(new Int32Array(0), 0),
      uv: { values: tf.zeros([0, 2]), indices: new Int32Array(0) },
    };
    const outputs = ['image', 'normals', 'uv'] as const;
    const draw = (meshes: Mesh | Mesh[]) => render(meshes, inside, { ...size, shading: lit(), outputs });
    const [alone, listed] = [draw(sphere), draw([sphere, empty])];
    for (const name of outputs) expect(numbers(listed[name].slice(0, 1))).toEqual(numbers(alone[name]));
    // The mean over faces that SoftRas takes by option counts those that are cut off, too.
    const method = { type: 'softras', alpha: 'sum' };
    const ahead = { ...sphere, vertices: sphere.vertices.add([0, 0, -1.2]) as tf.Tensor2D };
    const silhouettes = [[ahead], [ahead, sphere]].map(
      (meshes) => render(meshes, inside, { ...size, method, outputs: ['silhouette'] }).silhouette,
    );
    expect(numbers(silhouettes[1].slice(0, 1))).toEqual(numbers(silhouettes[0]));
  });

  it('pass gradients to a background picture, by every method', () => {
    for (const method of [
      ...methods.list().map(({ type }) => ({ type })),
      { type: 'nmr', supersampling: 2 },
    ]) {
      const gradient = tf.grad(
        (background) =>
          render(sphere, aloneFrom(0), {
            ...size,
            method,
            background: background as tf.Tensor4D,
            outputs: ['image'],
          }).image.sum() as tf.Scalar,
      )(tf.zeros([1, 16, 20, 3]));
      const values = numbers(gradient);
      // All of it in a corner, none of it in the middle.
      expect(values[0]).toBeCloseTo(1, 5);
      expect(values[3 * (8 * 20 + 10)]).toBeCloseTo(0, 5);
    }
  });

  it('pass no NaN from a vertex to the gradient of the camera', () => {
    const broken = numbers(sphere.vertices).map((value, i) => (i === 30 ? Number.NaN : value));
    const mesh = { ...sphere, vertices: tf.tensor2d(broken, sphere.vertices.shape) };
    const gradient = tf.grad((view) => {
      const seen = new PerspectiveCamera({ fovDegrees: 45, aspect: 20 / 16, view: view as tf.Tensor3D });
      return render(mesh, seen, {
        ...size,
        shading: lit({ model: 'phong' }),
        outputs: ['image'],
      }).image.sum() as tf.Scalar;
    })(tf.tensor3d([...views[0]], [1, 4, 4]));
    const values = numbers(gradient);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  });

  it('take texels of whole numbers', () => {
    const texels = tf.tensor3d([0, 1, 1, 0], [2, 2, 1], 'int32');
    const mesh = { ...sphere, textures: { map: { texels } } };
    const drawn = [mesh, { ...mesh, textures: { map: { texels: texels.toFloat() as tf.Tensor3D } } }].map(
      (one) => numbers(render(one, camera, { ...size, outputs: ['image'] }).image),
    );
    expect(drawn[0]).toEqual(drawn[1]);
  });

  it.each([
    ['an empty list', () => render([], camera, size), 'there must be a mesh to render'],
    [
      'views that cannot be shared out',
      () => render([sphere, sphere, chair], camera, size),
      '2 views cannot be shared out among 3 meshes',
    ],
    [
      'shading and lights',
      () => render(sphere, camera, { ...size, shading: unlit(), lights: [] }),
      'give either shading or lights',
    ],
    [
      'a light that is none',
      () => render(sphere, camera, { ...size, lights: [{ type: 'ambient', color: [1, 1] as never }] }),
      'color of a light must be three finite numbers, but is [1,1]',
    ],
    [
      'parameters of other materials',
      () => render(sphere, camera, { ...size, shading: unlit({ materials: { diffuse: tf.zeros([3, 3]) } }) }),
      'materials.diffuse must have shape [1,3], a row for each material, but has [3,3]',
    ],
    [
      'a wrap mode that is none',
      () =>
        render(
          { ...sphere, textures: { map: { ...sphere.textures!.map, wrapU: 'wrap' as never } } },
          camera,
          size,
        ),
      'wrapU must be one of repeat, clamp, mirror, but is "wrap"',
    ],
    [
      'materials that are not there',
      () => render({ ...sphere, faceMaterials: sphere.faceMaterials!.map(() => 5) }, camera, size),
      'faceMaterials[0] is 5, but there are 1 rows to refer to',
    ],
    [
      'texture coordinates that are not there',
      () =>
        render({ ...sphere, uv: { ...sphere.uv!, indices: sphere.uv!.indices.with(4, 900) } }, camera, size),
      'uv.indices[4] is 900, but there are 91 rows to refer to',
    ],
    [
      'too few indices of texture coordinates',
      () => render({ ...sphere, uv: { ...sphere.uv!, indices: new Int32Array(3) } }, camera, size),
      'uv.indices must be an Int32Array of 360, but has 3',
    ],
    [
      'colours of four channels under light',
      () =>
        render({ ...sphere, colors: tf.zeros([sphere.topology.vertexCount, 4]) }, camera, {
          ...size,
          shading: lit(),
        }),
      'but have [62,4]; vertexColors takes any number of channels',
    ],
    [
      'no camera',
      () => render(sphere, undefined as never, size),
      'camera must be a Camera, but is undefined',
    ],
    ['no mesh', () => render(undefined as never, camera, size), 'a mesh to render must have vertices'],
    [
      'a shading that was not called',
      () => render(sphere, camera, { ...size, shading: lit as never }),
      'is it to be called, as in lit()?',
    ],
    ['a shading by name', () => render(sphere, camera, { ...size, shading: 'lit' as never }), 'but is "lit"'],
    [
      'lights that are no list',
      () => lit({ lights: {} as never }),
      'lights must be a list of lights, but are {}',
    ],
    [
      'an unknown light',
      () => lit({ lights: [{ type: 'sun', color: [1, 1, 1] } as never] }),
      'the type of lights[0] must be one of ambient, directional, point, but is "sun"',
    ],
    ['an unknown model', () => lit({ model: 'toon' as never }), 'but is "toon"'],
    [
      'unknown normals',
      () => render(sphere, camera, { ...size, shading: lit({ normals: 'vertex' as never }) }),
      'normals must be one of face, area, angle, crease, but is "vertex"',
    ],
    ['no coefficients', () => sphericalHarmonics({} as never), 'coefficients must be a tensor [9, 3]'],
    [
      'a background of another size',
      () => render(sphere, camera, { ...size, background: tf.zeros([1, 8, 8, 3]) }),
      'background must be a picture [1 or 2, 16, 20, channels], but has shape [1,8,8,3]',
    ],
    [
      'an output that is none',
      () => render(sphere, camera, { ...size, outputs: ['normal' as 'normals'] }),
      'outputs may hold image, silhouette, depth, faceIndex, barycentrics, normals, uv, but hold "normal"',
    ],
  ] as [string, () => unknown, string][])('names %s', (_, call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });

  it('shows an icosphere without paint under lights', () => {
    const { image } = render(icosphere(2, { radii: 0.7 }), camera, {
      ...size,
      lights: [{ type: 'directional', color: [1, 1, 1], direction: [0, 0, 1] }],
      outputs: ['image'],
    });
    expect(numbers(image.max())[0]).toBeGreaterThan(0.45);
    expect(numbers(image.max())[0]).toBeLessThanOrEqual(0.5);
  });
});
