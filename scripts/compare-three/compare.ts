// Renders model files by rastergrad and by three.js, from the same camera, unlit and textured, and measures how far the pictures are
// apart. Prints the tables of docs/results/three.md, and writes the contact sheets that are shown there.
//
//     apt-get install chromium && apt-get download sweethome3d-furniture flightgear-data-ai
//     for package in *.deb; do dpkg-deb -x "$package" models; done
//     for library in $(find models -name "*.sh3f"); do unzip -q "$library" -d "furniture/$(basename "$library" .sh3f)"; done
//     npx tsx scripts/compare-three/compare.ts furniture models/usr/share/games/flightgear/AI/Aircraft docs/images

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ndarray, { type NdArray } from 'ndarray';
import {
  type ByteImage,
  linearToSrgb,
  type Mesh,
  readMesh,
  render,
  resizeImage,
  toUnitRange,
  unlit,
  useBackend,
  writeMesh,
  writePng,
} from '../../renderer/index.ts';
import { boundingSphere } from '../../renderer/mesh/boundingSphere.ts';
import { framingCamera } from '../../src/experiments/portrait.ts';
import { contactSheet, onBackground } from '../../src/pictures/index.ts';
import { openThree, type ThreeBrowser } from './browser.ts';
import { type Difference, differenceOf } from './difference.ts';
import { aircraft, type ComparedModel, furniture } from './models.ts';

const SIZE = 512;
const fovDegrees = 30;
const white = [1, 1, 1];

const [furnitureFolder, aircraftFolder, output, details] = process.argv.slice(2);
if (!output)
  throw new Error('expected folders: of furniture, of aircraft, for sheets, and perhaps for large pictures');
for (const folder of details ? [output, details] : [output]) await mkdir(folder, { recursive: true });
await useBackend('wasm');
const scratch = await mkdtemp(path.join(tmpdir(), 'rastergrad-glb-'));
const three = await openThree();
try {
  await compareAll('furniture', furniture, furnitureFolder, 144);
  await compareAll('aircraft', aircraft, aircraftFolder, 96);
} finally {
  await three.close();
  await rm(scratch, { recursive: true });
}

/** Prints a table and writes a sheet: ours, theirs, eight times the difference; two models in a row. */
async function compareAll(
  title: string,
  models: readonly ComparedModel[],
  folder: string,
  cell: number,
): Promise<void> {
  console.log(`\n## ${title}\n`);
  const columns = [
    'model',
    'faces',
    'inner pixels',
    'of the covered',
    'mean difference',
    'beyond a tenth',
    'coverage',
  ];
  console.log(
    `| ${columns.join(' | ')} |\n|---|${columns
      .slice(1)
      .map(() => '---:|')
      .join('')}`,
  );
  const cells: NdArray<Float32Array>[] = [];
  const captions: string[] = [];
  for (const { name, file } of models) {
    const { ours, theirs, difference, faceCount } = await compare(path.join(folder, file));
    const { inner, innerShare, mean, outliers, coverage } = difference;
    const numbers = [percent(innerShare), percent(mean), percent(outliers), percent(coverage)];
    console.log(`| ${[name, faceCount, inner, ...numbers].join(' | ')} |`);
    const pictures = [toUnitRange(ours), toUnitRange(theirs), difference.picture];
    cells.push(...pictures.map((picture) => onBackground(resizeImage(picture, cell, cell), white)));
    captions.push(name, 'three.js', `${percent(mean)}`);
    if (details) {
      const file = path.join(details, `${name.replaceAll(' ', '-')}.png`);
      await writePng(file, contactSheet(pictures.map((picture) => onBackground(picture, white))));
    }
  }
  const sheet = contactSheet(cells, { columns: 6, captions, background: white });
  await writePng(path.join(output, `three-${title}.png`), sheet);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

interface Comparison {
  ours: ByteImage;
  theirs: ByteImage;
  difference: Difference;
  faceCount: number;
}

async function compare(file: string): Promise<Comparison> {
  const mesh = await readMesh(file, { allowOutside: true });
  const vertices = mesh.vertices.dataSync();
  const camera = framingCamera(vertices, { azimuthDegrees: 35, elevationDegrees: 25, fovDegrees });
  const { image, faceIndex } = render(mesh, camera, {
    width: SIZE,
    height: SIZE,
    method: { type: 'hard' },
    shading: unlit(),
    outputs: ['image', 'faceIndex'],
  });
  const faces = faceIndex.dataSync();
  const ours = bytesOf(image.dataSync(), faces);
  const theirs = await renderByThree(three, await fileForThree(file, mesh), camera.views[0], vertices);
  const difference = differenceOf(ours, theirs, faces);
  return { ours, theirs, difference, faceCount: mesh.topology.faceCount };
}

/** three.js has no reader of AC3D; it gets what was read here as GLB. */
async function fileForThree(file: string, mesh: Mesh): Promise<string> {
  if (!/\.ac$/i.test(file)) return file;
  const glb = path.join(scratch, `${path.basename(file, '.ac')}.glb`);
  await writeMesh(glb, mesh);
  return glb;
}

async function renderByThree(
  browser: ThreeBrowser,
  file: string,
  view: ArrayLike<number>,
  vertices: ArrayLike<number>,
): Promise<ByteImage> {
  const { center, radius } = boundingSphere(vertices);
  const distance = -(view[8] * center[0] + view[9] * center[1] + view[10] * center[2] + view[11]);
  // As near to the mesh as the planes can be, for the depth buffer's sake.
  const [near, far] = [distance - 1.01 * radius, distance + 1.01 * radius];
  return browser.render(file, { size: SIZE, fovDegrees, near, far, view: Array.from(view) });
}

/** Linear to sRGB, as three.js does at the end of its shader. */
function bytesOf(image: ArrayLike<number>, faces: ArrayLike<number>): ByteImage {
  const bytes = new Uint8Array(4 * faces.length);
  for (let pixel = 0; pixel < faces.length; pixel++) {
    if (faces[pixel] < 0) continue;
    for (let c = 0; c < 3; c++) {
      bytes[4 * pixel + c] = Math.round(255 * linearToSrgb(Math.min(1, Math.max(0, image[3 * pixel + c]))));
    }
    bytes[4 * pixel + 3] = 255;
  }
  return ndarray(bytes, [SIZE, SIZE, 4]);
}
