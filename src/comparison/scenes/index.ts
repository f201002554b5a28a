// The registry of scenes. A new one is a definition and its place in `sceneDefinitions`.

import { ArgumentError } from '../../../renderer/errors.ts';
import { nearestName } from '../../../renderer/nearestName.ts';
import { Random } from '../../tensor/random.ts';
import { overlap, sameColorOccluder, spokes, triangle } from './flat.ts';
import { furnitureScenes, type MeshScene, meshScene, shiftedCopy } from './meshes.ts';
import type { ComparedScene, SceneDefinition } from './scene.ts';
import { ball, boxes } from './solids.ts';

export type { ComparedScene, SceneCase, SceneDefinition } from './scene.ts';

/** Every scene that has a name, from one edge to whole objects. */
export const sceneDefinitions: readonly SceneDefinition[] = [
  triangle,
  overlap,
  sameColorOccluder,
  spokes,
  ball,
  boxes,
  shiftedCopy,
  ...furnitureScenes,
];

/** Names that stand for several scenes. */
const groups: Readonly<Record<string, readonly string[]>> = {
  all: sceneDefinitions.map(({ name }) => name),
  furniture: furnitureScenes.map(({ name }) => name),
};

/**
 * The scenes of these names ("all" and "furniture" stand for several), then those of mesh files; each scene once.
 *
 * @throws ArgumentError for an unknown name, or a mesh that the camera does not see; FileError for a mesh that cannot be read.
 */
export async function buildScenes(
  names: readonly string[],
  meshes: readonly MeshScene[],
  { seed, cases }: { seed: number; cases: number },
): Promise<ComparedScene[]> {
  const random = new Random(seed);
  const chosen = [...new Set(names.flatMap((name) => groups[name] ?? [name]))].map(definitionOf);
  const scenes: ComparedScene[] = [];
  for (const { build, ...about } of chosen) {
    scenes.push({ ...about, cases: await build({ random: random.split(about.name), cases }) });
  }
  for (const mesh of meshes) {
    const scene = await meshScene(mesh);
    if (scenes.some(({ name }) => name === scene.name)) {
      throw new ArgumentError(`${mesh.file}: there is a scene "${scene.name}" already; rename the file`);
    }
    scenes.push(scene);
  }
  return scenes;
}

function definitionOf(name: string): SceneDefinition {
  const definition = sceneDefinitions.find((candidate) => candidate.name === name);
  if (definition) return definition;
  const known = [...sceneDefinitions.map((candidate) => candidate.name), ...Object.keys(groups)];
  const meant = nearestName(name, known);
  throw new ArgumentError(
    `there is no scene "${name}"; ${meant ? `did you mean "${meant}"?` : `known are ${known.join(', ')}`}`,
  );
}
