// The trained model of a run, ready for any picture: one in, one mesh out.

import ndarray, { type NdArray } from 'ndarray';
import type { Mesh } from '../../renderer/index.ts';
import type { ByteImage } from '../../renderer/io/index.ts';
import { disposeMesh } from '../models/index.ts';
import type { NetworkInput } from '../runs/networkInput.ts';
import { type CutOut, cutOut, frameInput } from './pictureInput.ts';
import { shippedModel } from './shippedModel.ts';
import { type CheckpointChoice, openModelAndInput } from './trainedModel.ts';
import { predictedMesh } from './trainResults.ts';

/** A mesh that was predicted from a picture. */
export interface PredictedMesh {
  /** In the frame of the picture's camera, centred at the object: x right, y up, z towards the viewer. Its tensors are the caller's. */
  mesh: Mesh;
  /** [imageSize, imageSize, 4] in 0..1, sRGB and straight alpha: what the network saw. */
  input: NdArray<Float32Array>;
  /** Of which that is made. */
  object: CutOut;
  /** Of the prediction alone, without preparing the picture. */
  milliseconds: number;
}

/** Made by `openPredictor`. */
export interface Predictor {
  /** What the model has been trained to see. */
  readonly input: NetworkInput;
  /**
   * Predicts the mesh of the object in a picture of any size and shape. The picture shows one object, on a transparent background or,
   * where it is opaque, on a white one. The object may be anywhere in it and of any size: it is cut out, centred and scaled as the
   * training pictures show theirs.
   *
   * @param name names the picture in errors
   * @throws FileError where the picture shows nothing, or is opaque without a white border
   */
  predict(picture: ByteImage, name?: string): Promise<PredictedMesh>;
  dispose(): void;
}

export interface PredictorOptions {
  /** Take pictures as they are framed, where that tells how near and how large an object is. Default false. */
  keepFraming?: boolean;
  /** Whose weights. Default: those that the run's config names. */
  checkpoint?: CheckpointChoice;
}

/**
 * Loads the model of a run, by default the one that comes along, and has it predict once, so that no picture pays for what happens only
 * the first time.
 *
 * @throws FileError where the folder is no run, is a run without a model, or has no checkpoint yet
 */
export async function openPredictor(
  run: string = shippedModel,
  { keepFraming = false, checkpoint }: PredictorOptions = {},
): Promise<Predictor> {
  const { model, input } = await openModelAndInput(run, checkpoint);
  const description = keepFraming ? { ...input, framing: undefined } : input;
  const meshOf = async (image: NdArray<Float32Array>): Promise<Mesh> => {
    const mesh = predictedMesh(model, { input: { image } });
    await mesh.vertices.data();
    return mesh;
  };
  const { imageSize } = description;
  const nothing = ndarray(new Float32Array(imageSize ** 2 * 4), [imageSize, imageSize, 4]);
  disposeMesh(await meshOf(nothing));
  return {
    input: description,
    async predict(picture, name) {
      const object = cutOut(picture, name);
      const input = frameInput(object, description);
      const start = performance.now();
      const mesh = await meshOf(input);
      return { mesh, input, object, milliseconds: performance.now() - start };
    },
    dispose: () => model.dispose(),
  };
}
