// Weights to start a training from, of another run or another program.

import { loadStateDict, type MeshPredictor } from '../models/index.ts';
import { readSafetensors } from '../tensor/safetensors.ts';

/**
 * Gives a model the weights of a safetensors file with the names of Pixel2Mesh's PyTorch port (models/stateDict.ts).
 *
 * @throws FileError where the file cannot be read or is of another network
 */
export async function loadStartWeights(model: MeshPredictor, file: string): Promise<void> {
  const { tensors } = await readSafetensors(file);
  loadStateDict(model.parameters, tensors, file);
}
