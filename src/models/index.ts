// The models that configurations can name. A new model is one file and one line here.

import { ArgumentError } from '../../renderer/errors.ts';
import { dibrNet } from './dibrNet.ts';
import type { Model } from './model.ts';
import { pixel2mesh } from './pixel2mesh.ts';

export const models: readonly Model[] = [pixel2mesh, dibrNet];

/** @throws ArgumentError where there is no model of that type */
export function modelOf({ type }: { type: string }): Model {
  const model = models.find((candidate) => candidate.type === type);
  if (model) return model;
  const known = models.map((candidate) => candidate.type).join(', ');
  throw new ArgumentError(`there is no model "${type}"; known: ${known}`);
}

export { type Appearance, disposeMesh, meshOf, type Paint, paintOf } from './appearance.ts';
export type { LayerObserver } from './deformationBlock.ts';
export { DibrNet, type DibrNetOptions } from './dibrNet.ts';
export { GraphNetwork, type GraphNetworkOptions } from './graphNetwork.ts';
export { type LensOptions, lensOf } from './lenses.ts';
export type { MeshPrediction, MeshPredictor, PredictedLevel, PredictedTexture } from './meshPredictor.ts';
export type { Model, ModelOptions } from './model.ts';
export { decodeOfficialTemplate, readOfficialTemplate } from './officialTemplate.ts';
export { encodePictures, type PictureEncoding } from './pictureEncoding.ts';
export { Pixel2Mesh, type Pixel2MeshOptions } from './pixel2mesh.ts';
export {
  loadStateDict,
  type NamedArray,
  namedArrays,
  namedGradients,
  type StateDict,
  toStateDict,
} from './stateDict.ts';
export { makeTemplate, type Template, templateLevel, templateRadii } from './template.ts';
export { fromTensorflowCheckpoint } from './tensorflowCheckpoint.ts';
