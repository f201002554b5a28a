// Scenes of real meshes: the furniture that comes with the package, and files of one's own.

import path from 'node:path';
import { ArgumentError } from '../../../renderer/errors.ts';
import { boundingSphere } from '../../../renderer/index.ts';
import { fromMesh, readMesh } from '../../../renderer/io/index.ts';
import { framingCamera } from '../../experiments/portrait.ts';
import { packageRoot } from '../../packageRoot.ts';
import { type Shape, type View, viewOf } from '../view.ts';
import type { ComparedScene, SceneDefinition } from './scene.ts';
import { lit, type Motion, moved } from './shapes.ts';

/** A mesh file and where it is looked at from. */
export interface MeshScene {
  file: string;
  azimuthDegrees: number;
  elevationDegrees: number;
  fovDegrees: number;
  /** From the middle of the mesh; 0: as far as it takes to see all of it. */
  distance: number;
}

const camera = { azimuthDegrees: 30, elevationDegrees: 20, fovDegrees: 40, distance: 0 };

/** Turned and pushed a little, in parts of the mesh's radius. */
const turned: Motion = { turnDegrees: 6, shift: [0.04, 0.02, 0] };

const furniture = (name: string, text: string): SceneDefinition => ({
  name,
  title: text,
  description: `${text} of real furniture; the target is turned by six degrees and pushed a little.`,
  build: () => meshCase({ ...camera, file: furnitureFile(name) }, turned),
});

const furnitureFile = (name: string) => path.join(packageRoot, 'data/furniture-meshes', `${name}.obj`);

export const furnitureScenes: readonly SceneDefinition[] = [
  furniture('chair', 'A chair'),
  furniture('table', 'A table'),
  furniture('lamp', 'A lamp'),
];

export const shiftedCopy: SceneDefinition = {
  name: 'shifted-copy',
  title: 'A mesh and its shifted copy',
  description: 'The chair; the target is the same chair, shifted to the right by 0.15 of its radius.',
  build: () => meshCase({ ...camera, file: furnitureFile('chair') }, { shift: [0.15, 0, 0] }),
};

/** @throws FileError where the file cannot be read, ArgumentError where the camera does not see the mesh. */
export async function meshScene(scene: MeshScene): Promise<ComparedScene> {
  const name = path.basename(scene.file, path.extname(scene.file));
  return {
    name,
    title: name,
    description: `${path.basename(scene.file)}; the target is turned by six degrees and pushed a little.`,
    cases: await meshCase(scene, turned),
  };
}

async function meshCase(scene: MeshScene, motion: Motion): Promise<{ start: View; target: View }[]> {
  const { file } = scene;
  const shape = centered(await readShape(file), file);
  const through = framingCamera(shape.vertices, scene);
  const start = viewOf(shape, through);
  const count = start.topology.vertexCount;
  const behind = Array.from({ length: count }, (_, v) => start.positions[4 * v + 3]).filter(
    (w) => !(w > through.near),
  );
  if (behind.length > 0) {
    throw new ArgumentError(
      `${file}: ${behind.length} of ${count} vertices are behind the camera at distance ${scene.distance}; expected all in front of it`,
    );
  }
  return [{ start, target: viewOf(moved(shape, motion), through) }];
}

/** The mesh about the origin with radius 1, so that a motion means the same for all. */
function centered(shape: Shape, file: string): Shape {
  if (shape.faces.length === 0) throw new ArgumentError(`${file}: the mesh has no faces`);
  if (shape.vertices.every((value, i) => value === shape.vertices[i % 3])) {
    throw new ArgumentError(`${file}: all vertices are at one place`);
  }
  const { center, radius } = boundingSphere(shape.vertices);
  return { ...shape, vertices: shape.vertices.map((value, i) => (value - center[i % 3]) / radius) };
}

const noMaterial = [0.5, 0.5, 0.5] as const;

/** The mesh with its own colours a vertex, or its materials' under a lamp. */
async function readShape(file: string): Promise<Shape> {
  const mesh = await readMesh(file);
  const { vertices, faces, colors, materials, faceMaterials } = await fromMesh(mesh);
  mesh.vertices.dispose();
  mesh.colors?.dispose();
  mesh.uv?.values.dispose();
  const shape = { vertices: Float64Array.from(vertices), faces, colors: colors ?? [] };
  return colors ? shape : lit(shape, (face) => materials[faceMaterials[face]]?.diffuse ?? noMaterial);
}
