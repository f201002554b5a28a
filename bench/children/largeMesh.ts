// Pictures of meshes of more than a million faces: prints the time on the clock of the first call of the process, which compiles as it
// goes, and of the fastest after it.

import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import {
  clay,
  icosphere,
  type KernelName,
  lit,
  type Mesh,
  readMesh,
  render,
  type Shading,
  subdivide,
  Topology,
  unlit,
} from '../../renderer/index.ts';
import { framingCamera } from '../../src/experiments/portrait.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { useWasm } from '../backend.ts';
import type { LargeMeshTimes, LargeScene } from '../benchmarks/largeMesh.ts';

const sphere = () => icosphere(8);

/** A small model with textures and seams, each face cut into 4⁵. */
async function deckChair(): Promise<Mesh> {
  const file = path.join(packageRoot, 'data/furniture-meshes/deckChair.obj');
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

const scenes: Record<LargeScene, { mesh: () => Mesh | Promise<Mesh>; shading: Shading }> = {
  'sphere, clay': { mesh: sphere, shading: clay },
  'sphere, Lambert': { mesh: sphere, shading: lit() },
  'deck chair, textured': { mesh: deckChair, shading: unlit() },
  'deck chair, textured, Lambert': { mesh: deckChair, shading: lit() },
  'deck chair, textured, Phong': { mesh: deckChair, shading: lit({ model: 'phong' }) },
};

const size = 1024;
const calls = 4;

const [scene, kernel] = process.argv.slice(2) as [LargeScene, KernelName];
const { mesh: make, shading } = scenes[scene];
await useWasm();
const mesh = await make();
const camera = framingCamera(mesh.vertices.dataSync(), {
  azimuthDegrees: 35,
  elevationDegrees: 25,
  fovDegrees: 30,
});
const times = Array.from({ length: calls }, () => {
  const start = performance.now();
  const { image, silhouette } = render(mesh, camera, {
    width: size,
    height: size,
    method: { type: 'hard' },
    shading,
    kernel,
  });
  image.dataSync();
  for (const tensor of [image, silhouette] as tf.Tensor[]) tensor.dispose();
  return performance.now() - start;
});
const result: LargeMeshTimes = {
  faces: mesh.topology.faceCount,
  first: times[0],
  fastest: Math.min(...times.slice(1)),
};
console.log(JSON.stringify(result));
