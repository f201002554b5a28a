// The variables of Pixel2Mesh's TensorFlow checkpoint (nywang16/Pixel2Mesh, gcn.ckpt), exported to .npz, under the names of its PyTorch
// port: gcn/Conv2D_K/{W, b} are the convolutions, gcn/graphconvolution_N_vars/{weights_0, weights_1, bias} the graph convolutions,
// both numbered in the order in which pictures and vertices pass through them.

import { FileError } from '../../renderer/errors.ts';
import type { NumpyArray } from '../tensor/numpyArray.ts';
import type { StateDict } from './stateDict.ts';

/**
 * The checkpoint's weights as a state_dict of the port. What is no weight (Adam's moments, counters) is passed over.
 *
 * @param variables by TensorFlow's names, with or without `gcn/` before and `:0` behind them
 * @param source names them in errors
 * @throws FileError where a layer lacks a variable, or the layers are not those of three deformation blocks
 */
export function fromTensorflowCheckpoint(variables: Record<string, Numbers>, source: string): StateDict {
  const layers = { Conv2D: new Map<number, Layer>(), graphconvolution: new Map<number, Layer>() };
  for (const [name, array] of Object.entries(variables)) {
    const match =
      /(?:^|\/)(Conv2D|graphconvolution)(?:_(\d+))?(?:_vars)?\/(W|b|weights_[01]|bias)(?::0)?$/.exec(name);
    if (!match) continue;
    const [, kind, number = '0', part] = match;
    const ofKind = layers[kind as keyof typeof layers];
    ofKind.set(Number(number), { ...ofKind.get(Number(number)), [part]: array });
  }
  const state: StateDict = {};
  const put = (name: string, { shape, data }: Numbers) => {
    state[name] = { dtype: 'F32', shape: [...shape], data: Float32Array.from(data) };
  };
  const inOrder = (kind: keyof typeof layers) => [...layers[kind]].sort(([a], [b]) => a - b);

  // A stage ends where the number of channels changes.
  let [stage, place, channels] = [-1, 0, 0];
  for (const [number, layer] of inOrder('Conv2D')) {
    const kernel = partOf(layer, 'W', `Conv2D_${number}`, source);
    place = kernel.shape[3] === channels ? place + 1 : 1;
    if (place === 1) stage++;
    channels = kernel.shape[3];
    put(`nn_encoder.conv${stage}_${place}.weight`, outputsFirst(kernel));
    put(`nn_encoder.conv${stage}_${place}.bias`, partOf(layer, 'b', `Conv2D_${number}`, source));
  }

  const graph = inOrder('graphconvolution').map(([number, layer]) => {
    const part = (name: string) => partOf(layer, name, `graphconvolution_${number}`, source);
    return { loop_weight: part('weights_0'), weight: part('weights_1'), bias: part('bias') };
  });
  const names = graphLayerNames(graph.map(({ bias }) => bias.shape[0]));
  if (!names) {
    throw new FileError(
      source,
      `has ${graph.length} graph convolutions that do not make up three deformation blocks of Pixel2Mesh`,
    );
  }
  for (const [i, layer] of graph.entries()) {
    for (const [part, array] of Object.entries(layer)) put(`${names[i]}.${part}`, array);
  }
  return state;
}

type Numbers = Pick<NumpyArray, 'shape' | 'data'>;
type Layer = Record<string, Numbers>;

function partOf(layer: Layer, part: string, name: string, source: string): Numbers {
  if (layer[part]) return layer[part];
  throw new FileError(source, `has no variable "gcn/${name}/${part}"`);
}

/** [h, w, in, out] → [out, in, h, w]. */
function outputsFirst({ shape: [height, width, inputs, outputs], data }: Numbers): Numbers {
  const taps = height * width;
  const moved = new Float64Array(data.length);
  for (let o = 0, i = 0; o < outputs; o++) {
    for (let c = 0; c < inputs; c++) {
      for (let tap = 0; tap < taps; tap++, i++) moved[i] = data[(tap * inputs + c) * outputs + o];
    }
  }
  return { shape: [outputs, inputs, height, width], data: moved };
}

/** Of graph convolutions with these numbers of outputs; a block ends with one of 3. Undefined where they make up no three blocks. */
function graphLayerNames(outputs: readonly number[]): string[] | undefined {
  const names: string[] = [];
  let block = 0;
  for (let first = 0; first < outputs.length; block++) {
    const end = outputs.indexOf(3, first);
    if (end < 0 || end === first) return undefined;
    // The first one, then pairs; one more before the head has the port's name of a head, and the head one of its own.
    const between = end - first - 1;
    names.push(`gcns.${block}.conv1`);
    for (let i = 0; i < between - (between % 2); i++) {
      names.push(`gcns.${block}.blocks.${i >> 1}.conv${(i % 2) + 1}`);
    }
    if (between % 2 === 1) names.push(`gcns.${block}.conv2`, 'gconv');
    else names.push(`gcns.${block}.conv2`);
    first = end + 1;
  }
  return block === 3 ? names : undefined;
}
