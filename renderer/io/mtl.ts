// Wavefront MTL: materials of OBJ files. Read and written are what diffuse shading needs: Kd, d (or Tr) and map_Kd.

import type { Material } from '../mesh/mesh.ts';
import { linearToSrgb, srgbToLinear } from './colorSpace.ts';
import { linesOf, numbersOf } from './lines.ts';

/**
 * The materials of an MTL file in their order. Kd is taken as sRGB, as modelling programs mean it, and comes out linear; absent,
 * it is white. Texture paths come out as written, with forward slashes.
 *
 * @param path names the file in errors.
 * @throws FileError `path:line: …` where a number is missing or none.
 */
export function parseMtl(text: string, path = 'MTL'): Material[] {
  const materials: Material[] = [];
  for (const line of linesOf(text)) {
    if (line.keyword === 'newmtl') {
      materials.push({ name: line.rest, diffuse: [1, 1, 1], opacity: 1 });
      continue;
    }
    const material = materials.at(-1);
    if (!material) continue;
    switch (line.keyword.toLowerCase()) {
      case 'kd':
        material.diffuse = numbersOf(line, 3, path).map(srgbToLinear) as Material['diffuse'];
        break;
      case 'd':
        [material.opacity] = numbersOf({ ...line, rest: line.rest.replace(/^-halo\s+/, '') }, 1, path);
        break;
      case 'tr':
        material.opacity = 1 - numbersOf(line, 1, path)[0];
        break;
      case 'map_kd':
        material.diffuseTexture = withoutTextureOptions(line.rest).replaceAll('\\', '/');
        break;
    }
  }
  return materials;
}

/** The text of an MTL file with `materials`. */
export function formatMtl(materials: readonly Material[]): string {
  const blocks = materials.map(({ name, diffuse, opacity, diffuseTexture }) => {
    const color = diffuse.map((value) => Number(linearToSrgb(value).toFixed(6))).join(' ');
    const texture = diffuseTexture === undefined ? '' : `map_Kd ${diffuseTexture}\n`;
    return `newmtl ${name}\nKd ${color}\nd ${opacity}\n${texture}`;
  });
  return blocks.join('\n');
}

/** Texture options and how their arguments look; a file name, which may contain spaces, follows them. */
const textureOption =
  /^-(?:(?:blendu|blendv|cc|clamp)\s+(?:on|off)|(?:bm|boost|texres)\s+\S+|(?:imfchan|type)\s+\S+|mm(?:\s+\S+){2}|[ost](?:\s+[-+.\d][-+.\deE]*(?=\s)){1,3})\s+/i;

function withoutTextureOptions(rest: string): string {
  const stripped = rest.replace(textureOption, '');
  return stripped === rest ? rest : withoutTextureOptions(stripped);
}
