// A picture in, a mesh file out, with the trained model of a run.

import * as tf from '@tensorflow/tfjs';
import { FileError } from '../../renderer/errors.ts';
import { readPng, resizeImage, toUnitRange, writeMesh } from '../../renderer/io/index.ts';
import { channel } from '../training/batch.ts';
import { openTrainedModel } from './trainedModel.ts';
import { predictedMesh } from './trainResults.ts';

/**
 * Predicts the mesh of the object in a PNG picture and writes it, in the frame of the picture's camera and centred at the object.
 *
 * The picture may have any size; the model sees it at its own. It should show the object as the training pictures did: in the middle,
 * as large as the frame allows.
 *
 * @throws FileError where the picture cannot be read, is not square, or is all object or all background
 */
export async function predictMesh(
  run: string,
  image: string,
  output: string,
): Promise<{ vertexCount: number; faceCount: number }> {
  const { config, model } = await openTrainedModel(run);
  const picture = toUnitRange(await readPng(image));
  const [height, width] = picture.shape;
  if (height !== width) {
    throw new FileError(image, `is ${width} × ${height} pixels, expected a square picture`);
  }
  const coverage = channel([picture], 3);
  const isEverywhere = (value: number) => coverage.every((pixel) => pixel === value);
  const flaw = isEverywhere(0) ? 'transparent' : isEverywhere(1) ? 'opaque' : undefined;
  if (flaw) {
    throw new FileError(image, `is ${flaw} everywhere, expected an object on a transparent background`);
  }
  const { imageSize } = config.model;
  const input = resizeImage(picture, imageSize, imageSize);
  const mesh = predictedMesh(model, { input: { image: input, objectToCamera: [] } });
  await writeMesh(output, mesh);
  const { vertexCount, faceCount } = mesh.topology;
  tf.dispose([mesh.vertices, mesh.colors!]);
  model.dispose();
  return { vertexCount, faceCount };
}
