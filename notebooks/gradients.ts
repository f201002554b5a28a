// # What a silhouette's gradient is, and what each method makes of it
//
// From one edge to a real mesh: every method of the library beside the exact gradient of the visible picture. As a script:
// `npx tsx notebooks/gradients.ts`; as an executed notebook: `npm run notebooks gradients`. The same with more scenes, losses and
// measures: `rastergrad compare-gradients`.

// %% Setup
import * as tf from '@tensorflow/tfjs';
import {
  exactGradient,
  exactPicture,
  lookAt,
  type MethodOptions,
  PerspectiveCamera,
  type Picture,
  rasterize,
  readMesh,
  type Scene,
  Topology,
  useBackend,
} from '../renderer/index.ts';
import { dataPath, type Panel, show, valuesOf } from './notebook.ts';

await useBackend('wasm');
const methods: MethodOptions[] = [
  { type: 'hard' },
  { type: 'dibr' },
  { type: 'dibr', unbiased: true },
  { type: 'softras', sigma: 1e-4 },
  { type: 'nmr' },
  { type: 'antialias' },
  { type: 'edge' },
];
const label = ({ type, unbiased }: MethodOptions) => (unbiased ? 'unbiased' : type);

/** Silhouettes of a mesh with divided or homogeneous positions, [1, V, 3 or 4], by a method. */
const silhouette = (positions: tf.Tensor, topology: Topology, size: number, method: MethodOptions) =>
  rasterize(positions as tf.Tensor3D, topology, {
    width: size,
    height: size,
    method,
    outputs: ['silhouette'],
  }).silhouette;

/** The same mesh for the oracle, which knows no tensors. */
const sceneOf = (positions: tf.Tensor, { faces, vertexCount, faceCount }: Topology): Scene => ({
  positions: Float64Array.from(positions.dataSync()),
  stride: positions.shape[2] as 3 | 4,
  faces,
  items: [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount }],
});
const pictureOf = (size: number): Picture => ({
  width: size,
  height: size,
  perspectiveCorrect: true,
  cull: false,
  near: 1e-3,
});

const table = (head: string[], rows: (string | number)[][]) => {
  const text = (cell: string | number) => (typeof cell === 'number' ? cell.toFixed(3) : cell);
  for (const row of [head, ...rows]) {
    console.log(row.map((cell, c) => (c === 0 ? text(cell).padEnd(16) : text(cell).padStart(12))).join(''));
  }
};

// %% [markdown]
// ## One edge
//
// A half plane covers the left of a picture of 16 × 16 pixels; its edge is upright, a little right of the middle. Moving the edge to
// the right by a pixel covers 16 more pixels: the exact derivative of the covered area with respect to where the edge is, in pixels,
// is 16, wherever the edge is. A hard rasterizer decides by pixel centres. Its area jumps when the edge crosses a column of centres
// and is flat in between: its derivative is 0.
//
// Each row below is one place of the edge within a pixel; each column one method's derivative.

// %% The derivative of the covered area, as the edge moves through a pixel
const side = 16;
const half = new Topology(Int32Array.of(0, 1, 2, 0, 2, 3), 4);
/** A rectangle from far left to x = `offset` pixels right of the middle. */
const halfPlane = (offset: tf.Tensor) => {
  const x = offset.mul(2 / side);
  const left = tf.scalar(-3);
  const column = tf.stack([left, x, x, left]);
  return tf.stack([column, tf.tensor1d([-3, -3, 3, 3]), tf.fill([4], -1)], 1).expandDims(0) as tf.Tensor3D;
};
const places = Array.from({ length: 8 }, (_, i) => (i + 0.5) / 8);
table(
  ['edge at pixel', ...methods.map(label), 'exact'],
  places.map((place) => [
    place.toFixed(3),
    ...methods.map(
      (method) =>
        tf
          .grad((offset) => silhouette(halfPlane(offset), half, side, method).sum())(tf.scalar(place))
          .dataSync()[0],
    ),
    side,
  ]),
);

// %% [markdown]
// At 16² the bands of `dibr` and `softras` are narrower than a pixel: no pixel centre lies in them most of the time. `softras` turns
// negative where the diagonal that the two faces share, along which its mask dips to ¾, comes to lie differently.
//
// The silhouettes themselves show where these numbers come from: soft methods fade out around the edge, antialiasing moves the value
// of the one pixel that the edge crosses, the others leave the picture hard and make the gradient up from it. One column of pixels
// in the exact picture holds the share of it that is covered.

// %% What the silhouette of a triangle looks like
const triangle = tf.tensor3d([-0.6, -0.47, -1, 0.61, -0.52, -1, 0.02, 0.6, -1], [1, 3, 3]);
const one = new Topology(Int32Array.of(0, 1, 2), 3);
const small = 24;
const exact = exactPicture(sceneOf(triangle, one), pictureOf(small)).silhouette;
await show(
  'silhouettes',
  [
    ...methods
      .filter(({ type }) => type !== 'nmr' && type !== 'edge')
      .map((method): Panel => {
        return { title: label(method), values: valuesOf(silhouette(triangle, one, small, method)) };
      }),
    { title: 'exact', values: { shape: [small, small], data: exact } },
  ],
  168,
);

// %% [markdown]
// ## One triangle and a target
//
// Move each corner of the triangle a little: that is the target. The loss is the mean squared difference of the silhouettes. Which
// way should each corner go? The oracle integrates the loss along the visible outline, in double precision, with nothing sampled and
// nothing softened. A method is as good as its angle to that.

// %% The gradient of a silhouette loss, beside the oracle
const moved = triangle.add(
  tf.tensor3d([0.08, -0.05, 0, -0.06, 0.09, 0, 0.05, 0.07, 0], [1, 3, 3]),
) as tf.Tensor3D;

/** dL/d(x, y) of every vertex, for L = mean((α − wanted)²), by the oracle. */
const exactOf = (positions: tf.Tensor, wanted: Float64Array, topology: Topology, size: number): number[] => {
  const picture = pictureOf(size);
  const drawn = exactPicture(sceneOf(positions, topology), picture).silhouette;
  const upstream = drawn.map((value, i) => (2 * (value - wanted[i])) / drawn.length);
  const { positions: gradient } = exactGradient(sceneOf(positions, topology), picture, {
    silhouette: upstream,
  });
  return planeGradient(gradient, positions);
};

/** The same by a method. */
const gradientOf = (
  positions: tf.Tensor,
  wanted: Float64Array,
  topology: Topology,
  size: number,
  method: MethodOptions,
): number[] => {
  const picture = tf.tensor3d(Float32Array.from(wanted), [1, size, size]);
  const loss = (at: tf.Tensor) => silhouette(at, topology, size, method).sub(picture).square().mean();
  return planeGradient(tf.grad(loss)(positions).dataSync(), positions);
};

/** (dL/dx, dL/dy) of every vertex, x = X/w: homogeneous gradients are per X, so times w. */
const planeGradient = (gradient: ArrayLike<number>, positions: tf.Tensor): number[] => {
  const stride = positions.shape[2]!;
  const rows = positions.dataSync();
  return Array.from({ length: (2 * gradient.length) / stride }, (_, i) => {
    const vertex = stride * Math.floor(i / 2);
    return gradient[vertex + (i % 2)] * (stride === 4 ? rows[vertex + 3] : 1);
  });
};

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const compare = (positions: tf.Tensor, target: tf.Tensor, topology: Topology, size: number) => {
  const wanted = exactPicture(sceneOf(target, topology), pictureOf(size)).silhouette;
  const oracle = exactOf(positions, wanted, topology, size);
  const length = Math.sqrt(dot(oracle, oracle));
  return methods.map((method) => {
    const gradient = gradientOf(positions, wanted, topology, size, method);
    const own = Math.sqrt(dot(gradient, gradient));
    return { method, cosine: own > 0 ? dot(gradient, oracle) / (own * length) : 0, ratio: own / length };
  });
};
const sizes = [32, 64, 128, 256];
const bySize = sizes.map((size) => compare(triangle, moved, one, size));
console.log('cosine to the oracle (and length beside its) at 32², 64², 128², 256²');
table(
  ['', ...sizes.map((size) => `${size}²`)],
  methods.map((method, m) => [
    label(method),
    ...bySize.map((results) =>
      `${results[m].cosine.toFixed(3)} (${results[m].ratio.toFixed(1)})`.padStart(13),
    ),
  ]),
);

// %% [markdown]
// `nmr` points well but is several times too long: it spreads the gradient of an edge over whole lines of pixels. `dibr` hears
// background pixels only, so it needs many pixels, and its shapes come out too small; `unbiased` replaces its mask by the covered area
// behind a Gaussian filter of the same width.
//
// ## Where descent stops
//
// Fit the place of an edge to the hard silhouette of that edge, at 256². DIB-R's mask passes one half at √(ln 2 / s) outside the
// mesh, so its best fit lies that far inside the target: 1.27 pixels here, 0.32 at 64².

// %% Descent of the edge's place
const fine = 256;
const planeAt = (offset: tf.Tensor) => halfPlane(offset.mul(side / fine));
/** Where the derivative of the loss changes its sign: the middle of the stretch, in pixels, on which it is zero. */
const restsAt = (method: MethodOptions, place: number): number => {
  const target = silhouette(planeAt(tf.scalar(place)), half, fine, { type: 'hard' });
  const slope = tf.grad((offset) =>
    silhouette(planeAt(offset), half, fine, method).sub(target).square().mean(),
  );
  const endOf = (isBelow: (slope: number) => boolean) => {
    let [low, high] = [place - 2.5, place + 2.5];
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (isBelow(slope(tf.scalar(middle)).dataSync()[0])) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return (endOf((value) => value < 0) + endOf((value) => value <= 0)) / 2;
};
const phases = Array.from({ length: 16 }, (_, i) => i / 16);
table(
  ['', 'mean offset, px'],
  methods
    .filter(({ type }) => type !== 'hard')
    .map((method) => [
      label(method),
      phases.reduce((sum, phase) => sum + restsAt(method, phase) - phase, 0) / phases.length,
    ]),
);
console.log(`√(ln 2 / 7000) is ${((Math.sqrt(Math.LN2 / 7000) * fine) / 2).toFixed(3)} pixels`);

// %% [markdown]
// ## A real mesh
//
// The chair, and as target the chair moved aside and turned a little, at 128². Its legs are two or three pixels wide and their faces
// thinner than one. Methods that look at single pixels (`nmr`, `antialias`, `edge`) find few of the edges; methods that take faces one
// by one (`dibr`, `softras`) hear every face near a pixel, also those inside the outline. Only the filtered area stays close to exact.

// %% A chair against itself, moved
const chair = await readMesh(dataPath('furniture-meshes/chair.obj'));
const cameraFrom = (azimuth: number, aside: number) =>
  new PerspectiveCamera({
    fovDegrees: 30,
    view: lookAt({ eye: [2 * Math.sin(azimuth), 0.8, 2 * Math.cos(azimuth)], target: [aside, 0, 0] }),
  });
const vertices = chair.vertices.expandDims(0) as tf.Tensor3D;
const here = cameraFrom(0.5, 0).project(vertices);
const there = cameraFrom(0.6, 0.02).project(vertices);
const large = 128;
const exactSilhouette = (positions: tf.Tensor) => ({
  shape: [large, large],
  data: exactPicture(sceneOf(positions, chair.topology), pictureOf(large)).silhouette,
});
const [now, wanted] = [exactSilhouette(here), exactSilhouette(there)];
await show('chair', [
  { title: 'chair', values: now },
  { title: 'target', values: wanted },
  {
    title: 'chair minus target (orange: too much, blue: missing)',
    values: { shape: now.shape, data: now.data.map((value, i) => value - wanted.data[i]) },
    signed: true,
  },
]);
table(
  ['', 'cosine', 'length'],
  compare(here, there, chair.topology, large).map(({ method, cosine, ratio }) => [
    label(method),
    cosine,
    ratio,
  ]),
);
