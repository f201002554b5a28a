// Picture files in, mesh files out, with the trained model of a run.

import path from 'node:path';
import { ArgumentError, FileError, RastergradError } from '../../renderer/errors.ts';
import { makeFolder } from '../../renderer/io/files.ts';
import { readImage, writeMesh, writePng } from '../../renderer/io/index.ts';
import { disposeMesh } from '../models/index.ts';
import { openRun } from '../runs/runFolder.ts';
import { reframed } from './framing.ts';
import type { CutOut } from './pictureInput.ts';
import { openPredictor, type Predictor, type PredictorOptions } from './predictor.ts';
import { turntable } from './turntable.ts';

export interface PredictMeshesOptions extends PredictorOptions {
  /**
   * Folder for the files, made where it is not there. Default: `predictions` in the run's folder, or here where no run is named. For a
   * single picture also a mesh file, `x.obj` or `x.glb`, which is then all that is written.
   */
  output?: string;
  /** Views of the mesh in the turntable picture; 0: no such picture. Default 8. */
  views?: number;
  /** Hears of every picture as soon as it is done. */
  onPicture?(outcome: PredictedPicture | FailedPicture): void;
}

/** What was made of a picture. */
export interface PredictedPicture {
  image: string;
  /** What was written: OBJ and GLB with vertex colours or a texture, and the turntable. */
  files: string[];
  vertexCount: number;
  faceCount: number;
  /** Of the prediction alone, without reading, preparing and writing. */
  milliseconds: number;
  /** What told object and background apart: the picture's alpha, or that it has none and the background is white. */
  background: CutOut['background'];
}

/** What stood in the way of a picture. */
export interface FailedPicture {
  image: string;
  error: RastergradError;
}

/** What a person may hope for; folders are seldom named so. */
const otherFormats = /\.(gltf|ply|stl|off|fbx|dae|3ds|usdz?|png|jpe?g)$/i;

/** Width and height of each picture of a turntable, in pixels. */
const turntableSize = 256;

/**
 * Predicts the meshes of the objects in PNG and JPEG pictures with the trained model of a run, or with the one that comes along, and
 * writes three files a picture: of `chair.png`, `chair.obj`, `chair.glb` and `chair-turntable.png`, which shows the object as the network
 * is shown it, then the mesh from all around. A second picture of the same name gets `chair-2`. Files that are there already are
 * replaced. Where a picture fails, the others are done all the same.
 *
 * @returns what came of each picture, in their order
 * @throws FileError where the run has no trained model, or the output is neither a folder that can be made nor a mesh file of a known
 *   format; ArgumentError where it is a mesh file for several pictures
 */
export async function predictMeshes(
  run: string | undefined,
  images: readonly string[],
  { output: chosen, views = 8, onPicture, ...choices }: PredictMeshesOptions = {},
): Promise<(PredictedPicture | FailedPicture)[]> {
  const output = chosen ?? (run === undefined ? 'predictions' : openRun(run).file('predictions'));
  const isFile = isMeshFile(output, images.length);
  const names = distinctNames(images);
  const predictor = await openPredictor(run, choices);
  try {
    if (!isFile) await makeFolder(output);
    const outcomes: (PredictedPicture | FailedPicture)[] = [];
    for (const [i, image] of images.entries()) {
      const stem = path.join(output, names[i]);
      const files = isFile
        ? { meshes: [output] }
        : {
            meshes: [`${stem}.obj`, `${stem}.glb`],
            turntable: views > 0 ? `${stem}-turntable.png` : undefined,
          };
      const outcome = await predictFile(predictor, image, files, views).catch((error: unknown) => {
        if (error instanceof RastergradError) return { image, error };
        throw error;
      });
      outcomes.push(outcome);
      onPicture?.(outcome);
    }
    return outcomes;
  } finally {
    predictor.dispose();
  }
}

/** Whether an output is a mesh file rather than a folder; throws where it is a file that cannot be written. */
function isMeshFile(output: string, pictureCount: number): boolean {
  if (otherFormats.test(output)) {
    throw new FileError(
      output,
      'is of an unknown mesh format, expected a folder, or a name that ends in .obj or .glb',
    );
  }
  if (!/\.(obj|glb)$/i.test(output)) return false;
  if (pictureCount === 1) return true;
  throw new ArgumentError(
    `output is "${output}", expected a folder for the meshes of ${pictureCount} pictures`,
  );
}

async function predictFile(
  predictor: Predictor,
  image: string,
  files: { meshes: string[]; turntable?: string },
  views: number,
): Promise<PredictedPicture> {
  const { mesh, object, milliseconds } = await predictor.predict(await readImage(image), image);
  try {
    for (const file of files.meshes) await writeMesh(file, mesh);
    if (files.turntable !== undefined) {
      const { camera, framing } = predictor.input;
      const input = reframed(object.image, framing, turntableSize);
      await writePng(files.turntable, turntable(mesh, { views, fovDegrees: camera.fovDegrees, input }));
    }
    const { vertexCount, faceCount } = mesh.topology;
    const written = files.turntable === undefined ? files.meshes : [...files.meshes, files.turntable];
    const { background } = object;
    return { image, files: written, vertexCount, faceCount, milliseconds, background };
  } finally {
    disposeMesh(mesh);
  }
}

/** Names of pictures without folder and ending; where several are the same, but for case, "-2", "-3", … tells them apart. */
function distinctNames(images: readonly string[]): string[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const { name } = path.parse(image);
    let distinct = name;
    for (let number = 2; taken.has(distinct.toLowerCase()); number++) distinct = `${name}-${number}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}
