// Furniture libraries of a few boxes, for tests of builds.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';

export interface BoxModel {
  name: string;
  /** File name without extension. */
  file: string;
  width: number;
  height?: number;
  rotation?: string;
  notice?: string;
  tags?: string;
}

const boxFaces = [
  'f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4',
  // What some exporters leave behind: a loose edge.
  'f 1 2',
].join('\n');

function objText({ file, width, height = 0.5 }: BoxModel): string {
  const corners = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z) => [x, y, z])));
  const vertices = corners.map(([x, y, z]) => `v ${x * width} ${y * height} ${z * 2}`).join('\n');
  return `mtllib ${file}.mtl\n${vertices}\nusemtl wood\n${boxFaces}\n`;
}

export function boxLibrary(folder: string, models: readonly BoxModel[]): Uint8Array {
  const catalogue = models.flatMap(({ name, file, rotation, tags }, i) => [
    `id#${i + 1}=${folder}#${file}`,
    `name#${i + 1}=${name}`,
    `category#${i + 1}=Living room`,
    `model#${i + 1}=/${folder}/${file}/${file}.obj`,
    `creator#${i + 1}=J\\u00f6rg`,
    ...(tags ? [`tags#${i + 1}=${tags}`] : []),
    ...(rotation ? [`modelRotation#${i + 1}=${rotation}`] : []),
  ]);
  const files = models.flatMap((model): [string, Uint8Array][] => {
    const path = `${folder}/${model.file}/`;
    return [
      [`${path}${model.file}.obj`, strToU8(objText(model))],
      [`${path}${model.file}.mtl`, strToU8('newmtl wood\nKd 0.6 0.4 0.2\nmap_Kd absent.jpg\n')],
      ...(model.notice ? [[`${path}LICENSE.txt`, strToU8(model.notice)] as [string, Uint8Array]] : []),
    ];
  });
  return zipSync({
    'PluginFurnitureCatalog.properties': strToU8(catalogue.join('\n'), true),
    ...Object.fromEntries(files),
  });
}

/** Writes the libraries, given by their names without ending, into a new folder. */
export async function writeLibraries(
  folder: string,
  libraries: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(libraries)) await writeFile(join(folder, `${name}.sh3f`), bytes);
}
