// Pictures of meshes of more than a million faces: the first call of a process, which compiles as it goes, and the fastest. Prints the
// table of bench/results/largeMesh.md. Every row has a process of its own.

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type * as tf from '@tensorflow/tfjs';
import {
  clay,
  icosphere,
  lit,
  type Mesh,
  readMesh,
  render,
  type Shading,
  subdivide,
  Topology,
  unlit,
  useBackend,
} from '../renderer/index.ts';
import { framingCamera } from '../src/experiments/portrait.ts';
import { fastest, header, row } from './tables.ts';

const sphere = () => icosphere(8);

/** A small model with textures and seams, each face cut into 4⁵. */
async function deckChair(): Promise<Mesh> {
  const file = fileURLToPath(new URL('../data/furniture-meshes/deckChair.obj', import.meta.url));
  let mesh = await readMesh(file);
  for (let level = 0; level < 5; level++) {
    const { vertices, topology, uv, faceMaterials } = mesh;
    const shape = subdivide(topology);
    const chart = subdivide(new Topology(uv!.indices, uv!.values.shape[0]));
    mesh = {
      ...mesh,
      vertices: shape.apply(vertices),
      topology: shape.topology,
      uv: { values: chart.apply(uv!.values), indices: chart.topology.faces },
      faceMaterials: Int32Array.from({ length: shape.topology.faceCount }, (_, f) => faceMaterials![f >> 2]),
    };
  }
  return mesh;
}

const scenes: Record<string, { mesh: () => Mesh | Promise<Mesh>; shading: Shading }> = {
  'sphere, clay': { mesh: sphere, shading: clay },
  'sphere, Lambert': { mesh: sphere, shading: lit() },
  'deck chair, textured': { mesh: deckChair, shading: unlit() },
  'deck chair, textured, Lambert': { mesh: deckChair, shading: lit() },
  'deck chair, textured, Phong': { mesh: deckChair, shading: lit({ model: 'phong' }) },
};

const SIZE = 1024;

async function time(name: string): Promise<void> {
  const { mesh: make, shading } = scenes[name];
  await useBackend('wasm');
  const mesh = await make();
  const camera = framingCamera(mesh.vertices.dataSync(), {
    azimuthDegrees: 35,
    elevationDegrees: 25,
    fovDegrees: 30,
  });
  const draw = () => {
    const { image, silhouette } = render(mesh, camera, {
      width: SIZE,
      height: SIZE,
      method: { type: 'hard' },
      shading,
    });
    image.dataSync();
    for (const tensor of [image, silhouette] as tf.Tensor[]) tensor.dispose();
  };
  const start = performance.now();
  draw();
  const first = performance.now() - start;
  row([name, mesh.topology.faceCount, first.toFixed(0), fastest(draw).toFixed(0)]);
}

const [chosen] = process.argv.slice(2);
if (chosen) {
  await time(chosen);
} else {
  console.log(
    `Node ${process.version}, ${cpus()[0].model}, picture and silhouette of ${SIZE}², milliseconds.\n`,
  );
  header(['mesh, shading', 'faces', 'first call', 'fastest, processor time']);
  for (const name of Object.keys(scenes)) {
    execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), name], {
      stdio: 'inherit',
    });
  }
}
