// Weights of models in files of other programs: a run's under the names of Pixel2Mesh's PyTorch port, and those of its TensorFlow
// checkpoint under the same names.

import { FileError } from '../../renderer/errors.ts';
import { fromTensorflowCheckpoint, namedArrays, toStateDict } from '../models/index.ts';
import { readNpz } from '../tensor/npz.ts';
import { writeSafetensors } from '../tensor/safetensors.ts';
import { openTrainedModel } from './trainedModel.ts';

/**
 * Writes the last weights of a run to a safetensors file: `torch.nn.Module.load_state_dict(safetensors.torch.load_file(file),
 * strict=False)` takes them, where the network is the port's.
 *
 * @returns number of arrays
 * @throws FileError where the run has no trained model, or the file cannot be written
 */
export async function exportWeights(run: string, file: string): Promise<number> {
  expectSafetensors(file);
  const { model, config } = await openTrainedModel(run);
  const state = toStateDict(namedArrays(model.parameters));
  model.dispose();
  await writeSafetensors(file, state, { format: 'pt', model: config.model.type, run: config.name });
  return Object.keys(state).length;
}

/**
 * Turns an .npz export of Pixel2Mesh's TensorFlow checkpoint into a safetensors file with the port's names. The network that takes
 * it has `padding: same`.
 *
 * @returns number of arrays
 * @throws FileError where the export cannot be read or is of another network, or the file cannot be written
 */
export async function convertTensorflowWeights(npz: string, file: string): Promise<number> {
  expectSafetensors(file);
  const state = fromTensorflowCheckpoint(await readNpz(npz), npz);
  await writeSafetensors(file, state, { format: 'pt' });
  return Object.keys(state).length;
}

function expectSafetensors(file: string): void {
  if (!/\.safetensors$/i.test(file)) throw new FileError(file, 'expected a name that ends in .safetensors');
}
