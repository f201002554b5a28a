// Wavefront MTL: materials of OBJ files. Read and written is what diffuse and Phong shading need: Kd, Ks, Ns, d (or Tr) and map_Kd.

import type { Material } from '../mesh/mesh.ts';
import { linearOfFile, linearToSrgb } from './colorSpace.ts';
import { Lines, wavefrontLines } from './lines.ts';

/** A material with what its file says about the picture rather than about the surface. */
export interface MtlMaterial extends Material {
  /** `-clamp on`: beyond 0 … 1, the texture shows its border. */
  clampTexture?: true;
}

/**
 * The materials of an MTL file in their order. Kd and Ks are taken as sRGB, as modelling programs mean them, and come out linear;
 * absent, Kd is white. An exponent Ns of 0 or less is passed over. Texture paths come out as written, with forward slashes.
 *
 * @param path names the file in errors.
 * @throws FileError `path:line: …` where a number is missing or none.
 */
export function parseMtl(text: string | Uint8Array, path = 'MTL'): MtlMaterial[] {
  const materials: MtlMaterial[] = [];
  const lines = new Lines(text, path, wavefrontLines);
  const one = new Float64Array(1);
  const color = new Float64Array(3);
  const readOne = (keyword: string) => {
    lines.numbers(keyword, one, 1);
    return one[0];
  };
  const readColor = (keyword: string): Material['diffuse'] => {
    // One number stands for three.
    const count = lines.numbers(keyword, color, 1);
    if (count === 1) color.fill(color[0]);
    if (count === 2) lines.fail(`"${keyword}" has 2 numbers, expected 3`);
    return [linearOfFile(color[0]), linearOfFile(color[1]), linearOfFile(color[2])];
  };
  while (lines.nextLine()) {
    const keyword = lines.word;
    if (keyword === 'newmtl') {
      materials.push({ name: lines.rest(), diffuse: [1, 1, 1], opacity: 1 });
      continue;
    }
    const material = materials.at(-1);
    if (!material) continue;
    switch (keyword.toLowerCase()) {
      case 'kd':
        material.diffuse = readColor(keyword);
        break;
      case 'ks':
        material.specular = readColor(keyword);
        break;
      case 'ns': {
        const exponent = readOne(keyword);
        if (exponent > 0) material.shininess = exponent;
        break;
      }
      case 'd':
        lines.passOver('-halo');
        material.opacity = unit(readOne(keyword));
        break;
      case 'tr':
        material.opacity = 1 - unit(readOne(keyword));
        break;
      case 'map_kd': {
        const { file, options } = withoutTextureOptions(lines.rest());
        if (file === '') break;
        material.diffuseTexture = file.replaceAll('\\', '/');
        if (/-clamp\s+on/i.test(options)) material.clampTexture = true;
        break;
      }
    }
  }
  return materials;
}

/**
 * The text of an MTL file with `materials`, under `materialNames`.
 *
 * @param clamped says of a texture whether it shows its border beyond 0 … 1 instead of itself again.
 */
export function formatMtl(
  materials: readonly Material[],
  clamped: (texture: string) => boolean = () => false,
): string {
  const names = materialNames(materials);
  const blocks = materials.map(({ diffuse, opacity, specular, shininess, diffuseTexture }, index) => {
    const inSrgb = (color: Material['diffuse']) =>
      color.map((value) => Number(linearToSrgb(value).toFixed(6))).join(' ');
    return [
      `newmtl ${names[index]}`,
      `Kd ${inSrgb(diffuse)}`,
      ...(specular ? [`Ks ${inSrgb(specular)}`] : []),
      ...(shininess === undefined ? [] : [`Ns ${shininess}`]),
      `d ${opacity}`,
      ...(diffuseTexture === undefined
        ? []
        : [`map_Kd ${clamped(diffuseTexture) ? '-clamp on ' : ''}${diffuseTexture}`]),
      '',
    ].join('\n');
  });
  return blocks.join('\n');
}

/** The names that materials get in files: of one line, which no word ends or begins a comment in, and each its own. */
export function materialNames(materials: readonly Material[]): string[] {
  const taken = new Set<string>();
  return materials.map(({ name }) => {
    const safe = safeName(name) || 'material';
    let unique = safe;
    for (let n = 2; taken.has(unique); n++) unique = `${safe}-${n}`;
    taken.add(unique);
    return unique;
  });
}

/** `name` so that OBJ and MTL files can hold it: control characters, # and backslashes become _. */
export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not remain.
  return name.replace(/[\u0000-\u001f\u007f#\\]/g, '_').trim();
}

const unit = (value: number) => Math.min(Math.max(value, 0), 1);

/** Texture options and how their arguments look; a file name, which may contain spaces, follows them. */
const textureOption =
  /^-(?:(?:blendu|blendv|cc|clamp)\s+(?:on|off)|(?:bm|boost|texres)\s+\S+|(?:imfchan|type)\s+\S+|mm(?:\s+\S+){2}|[ost](?:\s+[-+.\d][-+.\deE]*(?=\s)){1,3})\s+/i;

function withoutTextureOptions(rest: string): { file: string; options: string } {
  let file = rest;
  for (let match = textureOption.exec(file); match; match = textureOption.exec(file)) {
    file = file.slice(match[0].length);
  }
  return { file, options: rest.slice(0, rest.length - file.length) };
}
