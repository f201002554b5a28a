// Makes one object of a data set from its model: pictures, depth maps, surface points and the mesh as files, and its entry.

import { join } from 'node:path';
import ndarray from 'ndarray';
import { FileError } from '../../../renderer/errors.ts';
import { atomicWrite, encodePng } from '../../../renderer/io/index.ts';
import {
  depthPath,
  hashBytes,
  hashDepth,
  hashPoints,
  meshPath,
  pointsPath,
  quantizeHeights,
  quantizeNormals,
  quantizePoints,
  viewsPath,
} from '../format.ts';
import { stripOf } from '../strip.ts';
import { cleanMesh } from './cleanMesh.ts';
import type { LoadedModel, ModelCollection, ModelEntry } from './collection.ts';
import { takeHeights } from './depthMap.ts';
import { encodeDepthPng } from './depthPng.ts';
import { encodePoints } from './encodePoints.ts';
import { encodeMesh } from './meshFile.ts';
import { type LeftOut, type ObjectManifest, type SingleObject, writeManifest } from './objectManifest.ts';
import { type PaintedMesh, takePicture } from './pictures.ts';
import { cameraView } from './rig.ts';
import { type RigName, rigs } from './rigs.ts';
import { exteriorPoints } from './surfacePoints.ts';

/** What all objects of a set have alike. */
export interface ObjectOptions {
  size: number;
  points: number;
  rig: RigName;
}

/** Samples along each side of a pixel: alpha in steps of 1/16. */
const samples = 4;

/** Larger models are scans and the like, with more detail than any picture shows. */
const mostTriangles = 200_000;

/** Of the extent along the longest axis. What is thinner is a sheet: a rug, a road sign. */
const leastThickness = 0.015;

/** Mean share of the pictures. What covers less is a pole or a wire. */
const leastCoverage = 0.02;

/**
 * Builds the object of `entry` into `folder`, its manifest last.
 *
 * @param build hash of the build's options
 * @throws FileError where a file cannot be written. A model that cannot be read or used is left out instead.
 */
export async function buildObject(
  collection: ModelCollection,
  entry: ModelEntry,
  { folder, build, ...options }: ObjectOptions & { folder: string; build: string },
): Promise<ObjectManifest> {
  const made = await makeObject(collection, entry, options);
  const manifest: ObjectManifest =
    'reason' in made ? { build, leftOut: made } : { build, object: made.object };
  if ('files' in made) {
    for (const [path, bytes] of made.files) await atomicWrite(join(folder, path), bytes);
  }
  await writeManifest(folder, entry.id, manifest);
  return manifest;
}

interface MadeObject {
  object: SingleObject;
  files: [path: string, bytes: Uint8Array][];
}

async function makeObject(
  collection: ModelCollection,
  entry: ModelEntry,
  { size, points, rig: rigName }: ObjectOptions,
): Promise<MadeObject | LeftOut> {
  const { id, name } = entry;
  const leaveOut = (reason: string, detail?: string): LeftOut => ({
    id,
    name,
    reason,
    ...(detail && { detail }),
  });
  let model: LoadedModel;
  try {
    model = await collection.load(entry);
  } catch (error) {
    if (error instanceof FileError) return leaveOut('cannot be read', error.message);
    throw error;
  }
  const mesh = cleanMesh(model.mesh);
  const triangles = mesh.faces.length / 3;
  if (triangles === 0) return leaveOut('has no surface');
  if (triangles > mostTriangles) return leaveOut(`more than ${mostTriangles} triangles`, String(triangles));
  const sampled = exteriorPoints(mesh, points);
  if (!sampled) return leaveOut('nothing of its surface is seen from outside');
  const thickness = thicknessOf(sampled.points);
  if (thickness < leastThickness) {
    return leaveOut(`thinner than ${leastThickness} of its length`, thickness.toPrecision(2));
  }
  const rig = rigs[rigName];
  const cameras = rig.cameras(id);
  const pictures: Uint8Array[] = [];
  const depths: Uint16Array[] = [];
  for (const camera of cameras) {
    const { worldToCamera } = cameraView(camera);
    const lens = { size, fovDegrees: rig.fovDegrees };
    pictures.push(takePicture(mesh, worldToCamera, { ...lens, samples }));
    depths.push(quantizeHeights(takeHeights(mesh, worldToCamera, lens)));
  }
  const coverage = coverageOf(pictures);
  if (coverage < leastCoverage) {
    return leaveOut(`covers less than ${leastCoverage} of its pictures`, coverage.toPrecision(2));
  }
  const views = stripOf(pictures, size, 4, Uint8Array);
  const depth = stripOf(depths, size, 1, Uint16Array);
  const surface = { points: quantizePoints(sampled.points), normals: quantizeNormals(sampled.normals) };
  const meshBytes = await encodeMesh(mesh);
  const { library, model: file } = entry.origin;
  return {
    object: {
      id,
      name,
      category: entry.category,
      creator: entry.creator,
      license: model.license ?? entry.license,
      origin: {
        title: model.title ?? entry.origin.title,
        url: model.url ?? entry.origin.url,
        library,
        model: file,
      },
      triangles,
      ...(entry.variantOf && { variantOf: entry.variantOf }),
      cameras,
      sha256: {
        views: hashBytes(views),
        points: hashPoints(surface.points, surface.normals),
        depth: hashDepth(depth),
        mesh: hashBytes(meshBytes),
      },
    },
    files: [
      [viewsPath(id), await encodePng(ndarray(views, [size, cameras.length * size, 4]))],
      [depthPath(id), encodeDepthPng(depth, cameras.length * size, size)],
      [pointsPath(id), encodePoints(surface)],
      [meshPath(id), meshBytes],
    ],
  };
}

/** Shortest over longest side of the box around the points. */
function thicknessOf(points: PaintedMesh['vertices'] | Float32Array): number {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i++) {
    low[i % 3] = Math.min(low[i % 3], points[i]);
    high[i % 3] = Math.max(high[i % 3], points[i]);
  }
  const sides = high.map((value, axis) => value - low[axis]);
  return Math.min(...sides) / Math.max(...sides);
}

/** Mean of all alphas. */
function coverageOf(pictures: readonly Uint8Array[]): number {
  let sum = 0;
  for (const picture of pictures) for (let i = 3; i < picture.length; i += 4) sum += picture[i];
  return sum / (255 * pictures.length * (pictures[0].length / 4));
}
