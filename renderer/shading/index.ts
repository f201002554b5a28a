import type { Mesh } from '../mesh/index.ts';
import { clay } from './clay.ts';
import { materialColors } from './materialColors.ts';
import { type Shading, vertexColors } from './shading.ts';

export { clay, materialColors, type Shading, vertexColors };

/** What shows most of what a mesh brings along. */
export function defaultShading({ colors, materials }: Mesh): Shading {
  if (colors) return vertexColors;
  return materials && materials.length > 0 ? materialColors : clay;
}
