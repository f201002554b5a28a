// A picture in, a mesh file out, with the trained model of a run.

import * as tf from '@tensorflow/tfjs';
import { FileError } from '../../renderer/errors.ts';
import { readPng, toUnitRange, writeMesh } from '../../renderer/io/index.ts';
import { channel } from '../training/batch.ts';
import { openTrainedModel } from './trainedModel.ts';
import { predictedMesh } from './trainResults.ts';

/**
 * Predicts the mesh of the object in a PNG picture and writes it, in the frame of the picture's camera and centred at the object.
 *
 * @throws FileError where the picture cannot be read, has another size than the model's, or is all object or all background
 */
export async function predictMesh(
  run: string,
  image: string,
  output: string,
): Promise<{ vertexCount: number; faceCount: number }> {
  const { config, model } = await openTrainedModel(run);
  const picture = toUnitRange(await readPng(image));
  const { imageSize } = config.model;
  const [height, width] = picture.shape;
  if (height !== imageSize || width !== imageSize) {
    throw new FileError(image, `is ${width} × ${height} pixels, expected ${imageSize} × ${imageSize}`);
  }
  const coverage = channel([picture], 3);
  const isEverywhere = (value: number) => coverage.every((pixel) => pixel === value);
  const flaw = isEverywhere(0) ? 'transparent' : isEverywhere(1) ? 'opaque' : undefined;
  if (flaw) {
    throw new FileError(image, `is ${flaw} everywhere, expected an object on a transparent background`);
  }
  const mesh = predictedMesh(model, { input: { image: picture, objectToCamera: [] } });
  await writeMesh(output, mesh);
  const { vertexCount, faceCount } = mesh.topology;
  tf.dispose([mesh.vertices, mesh.colors!]);
  model.dispose();
  return { vertexCount, faceCount };
}
