// Makes data/furniture-meshes: three models of the furniture libraries as OBJ files, in the frame of the furniture data sets, and one
// with textures, as it is, for comparisons, fits and notebooks that want a real mesh.
//
//   apt-get download sweethome3d-furniture && dpkg-deb -x sweethome3d-furniture_*.deb furniture
//   npx tsx scripts/furniture-meshes.ts furniture

import { basename, join } from 'node:path';
import { FileError } from '../renderer/errors.ts';
import { formatMtl, formatObj, type Material, type MeshData, parseObj } from '../renderer/index.ts';
import { openLibraries, readOrigin } from '../src/datasets/build/catalogue.ts';
import { prepareModel } from '../src/datasets/build/model.ts';
import type { PaintedMesh, SurfaceMaterial } from '../src/datasets/build/pictures.ts';
import { writeFolder } from '../src/datasets/build/writeFolder.ts';
import { packageRoot } from '../src/packageRoot.ts';

const models = new Map([
  ['blendswap-cc-0-chair2', 'chair'],
  ['blendswap-cc-0-oakTable', 'table'],
  ['scopia-little_lamp1', 'lamp'],
]);

/** A model that is kept as its library has it, textures and all. */
const textured = { id: 'blendswap-cc-0-deckChair', name: 'deckChair' };

/** Vertices closer than this are one: exporters double them along seams. A hundred-thousandth of the object's size. */
const grain = 1e-5;

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: npx tsx scripts/furniture-meshes.ts FOLDER');
const libraries = await openLibraries(source);
const listed = libraries.flatMap((library) => library.entries().map((entry) => ({ library, entry })));

const credits: string[] = [];
await writeFolder(join(packageRoot, 'data/furniture-meshes'), async (store) => {
  for (const [id, name] of models) {
    const found = listed.find(({ entry }) => entry.id === id);
    if (!found) throw new FileError(source, `its catalogues do not list the model "${id}"`);
    const files = found.library.files(found.entry);
    const mesh = welded(await prepareModel(found.entry, files));
    await store(`${name}.obj`, formatObj(mesh, `${name}.mtl`));
    await store(`${name}.mtl`, formatMtl(mesh.materials));
    const {
      title = found.entry.name,
      license = found.entry.license,
      url = found.library.url,
    } = readOrigin(files);
    const triangles = mesh.faces.length / 3;
    credits.push(`| ${name}.obj | ${title} | ${found.entry.creator} | ${license} | ${url} | ${triangles} |`);
  }
  const { entry, library } = listed.find(({ entry: { id } }) => id === textured.id)!;
  const files = library.files(entry);
  const wanted = [...files].filter(([path]) => /\.(obj|mtl|jpg)$/.test(path));
  for (const [path, bytes] of wanted) await store(basename(path), bytes);
  const { title = entry.name, license = entry.license, url = library.url } = readOrigin(files);
  const { faces } = parseObj(wanted.find(([path]) => path.endsWith('.obj'))![1]);
  credits.push(
    `| ${textured.name}.obj | ${title} | ${entry.creator} | ${license} | ${url} | ${faces.length / 3} |`,
  );
  await store('ATTRIBUTION.md', attribution());
});

/** Vertices merged, faces that this flattens left out, textures replaced by their mean colour. */
function welded({ vertices, faces, faceMaterials, materials }: PaintedMesh): MeshData {
  const rows = new Map<string, number>();
  const kept: number[] = [];
  const rowOf = (vertex: number) => {
    const cells = [0, 1, 2].map((k) => Math.round(vertices[3 * vertex + k] / grain));
    const key = cells.join(' ');
    if (!rows.has(key)) {
      rows.set(key, rows.size);
      kept.push(...cells.map((cell) => Number((cell * grain).toFixed(5))));
    }
    return rows.get(key)!;
  };
  const corners: number[] = [];
  const ofFace: number[] = [];
  for (let f = 0; f < faceMaterials.length; f++) {
    const [a, b, c] = [0, 1, 2].map((k) => rowOf(faces[3 * f + k]));
    if (a === b || b === c || c === a) continue;
    corners.push(a, b, c);
    ofFace.push(faceMaterials[f]);
  }
  return {
    vertices: Float64Array.from(kept),
    faces: Int32Array.from(corners),
    uv: new Float64Array(0),
    uvFaces: new Int32Array(corners.length).fill(-1),
    faceMaterials: Int32Array.from(ofFace),
    materials: materials.map(
      (material, m): Material => ({ name: `material${m}`, diffuse: meanColor(material), opacity: 1 }),
    ),
  };
}

function meanColor({ color, texture }: SurfaceMaterial): [number, number, number] {
  const [r, g, b] = color;
  if (!texture) return [r, g, b];
  const sums = [0, 0, 0];
  texture.linear.forEach((value, i) => {
    sums[i % 3] += value;
  });
  const mean = sums.map((sum) => Number((sum / (texture.width * texture.height)).toFixed(4)));
  return [mean[0], mean[1], mean[2]];
}

function attribution(): string {
  return `# Attribution of furniture-meshes

The meshes in this folder are adaptations of the 3D models listed below, but for \`deckChair.obj\`, which is as its library has it, with
its textures. **Every other model was modified**: it was turned, centred and scaled into a common frame (bounding sphere of radius 0.5
around the origin, y up), vertices at one place were merged, and textures were replaced by their mean colours. Each adaptation may be used under the licence of its model. The authors endorse neither this
data set nor its use. CC0 asks for no credit; it is given all the same.

The models come from the furniture libraries of Sweet Home 3D 1.8 (http://www.sweethome3d.com/importModels.jsp), as packed in
Debian's sweethome3d-furniture, where they were cleaned and converted to OBJ by Emmanuel Puybaret / eTeks. Scopia © 2006–2020 Scopia
Visual Interfaces Systems, s.l. (http://www.scopia.es) and © 2014–2020 Emmanuel Puybaret / eTeks.

CC0-1.0: https://creativecommons.org/publicdomain/zero/1.0/ · CC-BY-3.0: https://creativecommons.org/licenses/by/3.0/

| file | title | by | licence | origin | triangles |
| --- | --- | --- | --- | --- | ---: |
${credits.join('\n')}
`;
}
