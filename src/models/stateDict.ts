// Weights under the names and in the layouts of Pixel2Mesh's PyTorch port (noahcao/Pixel2Mesh, models/p2m.py), so that files of either
// program can be read by the other. What the port has no name for keeps one in its manner.
//
//   ours                          the port's
//   encoder.S.I.kernel            nn_encoder.convS_(I+1).weight       [h, w, in, out] ↔ [out, in, h, w]
//   block.B.first.weights         gcns.B.conv1.loop_weight, .weight   [in, 2·out] ↔ two of [in, out]: W₀ of the vertex, W₁ of the support
//   block.B.residual.I.J.weights  gcns.B.blocks.I.conv(J+1)…
//   block.B.last.weights          gcns.B.conv2…
//   block.B.head.weights          gcns.B.conv2…, or gconv… after a `last`
//   encoder.code, block.B.code, color: nn_encoder.code, gcns.B.code, color, as torch's Linear: [in, out] ↔ [out, in]

import type * as tf from '@tensorflow/tfjs';
import { FileError } from '../../renderer/errors.ts';
import type { Parameters } from '../nn/index.ts';
import type { SafeTensor } from '../tensor/safetensors.ts';

/** A parameter, or its gradient, as plain numbers under our name. */
export interface NamedArray {
  name: string;
  shape: number[];
  /** Row-major. */
  data: Float32Array;
}

/** Arrays by the port's names, as a safetensors file holds them. */
export type StateDict = Record<string, SafeTensor>;

/** One array of the port's: its name, its shape, and for each of its elements the place in our array. */
interface Stored {
  name: string;
  shape: number[];
  places: Int32Array;
}

/** Of all parameters of a model, in order of creation. */
export const namedArrays = (parameters: Parameters): NamedArray[] =>
  parameters.list().map(({ name, variable }) => ({
    name,
    shape: variable.shape,
    data: variable.dataSync() as Float32Array,
  }));

/** Gradients, as `tf.variableGrads` returns them, in the order of the model's parameters; those that are missing are left out. */
export const namedGradients = (parameters: Parameters, gradients: tf.NamedTensorMap): NamedArray[] =>
  parameters.list().flatMap(({ name, variable }) => {
    const gradient = gradients[variable.name];
    return gradient ? [{ name, shape: variable.shape, data: gradient.dataSync() as Float32Array }] : [];
  });

/** Parameters or gradients under the port's names and in its layouts. */
export function toStateDict(arrays: readonly NamedArray[]): StateDict {
  const names = new Set(arrays.map(({ name }) => name));
  const state: StateDict = {};
  for (const { name, shape, data } of arrays) {
    for (const stored of storedAs(name, shape, names)) {
      state[stored.name] = {
        dtype: 'F32',
        shape: stored.shape,
        data: Float32Array.from(stored.places, (place) => data[place]),
      };
    }
  }
  return state;
}

/** What the port saves beside weights, and what data-parallel training puts before names. */
const derived =
  /(^|\.)(adj_mat|init_pts|unpool_idx|num_batches_tracked)$|^(unpooling|projection|nn_decoder)\./;
const wrapper = /^(module\.|model\.)+/;

/** What a file may lack: the port predicts no colours. */
const optional = /^color\./;

/**
 * Replaces the parameters' values by those of a state_dict. Names may start with `module.` or `model.`; the port's constants
 * (`adj_mat`, `init_pts`) are passed over; a colour head that is not there stays as it is.
 *
 * @param source names the state_dict in errors, as a file's path
 * @throws FileError, before anything has changed, where an array is missing, unknown, or of another shape
 */
export function loadStateDict(parameters: Parameters, state: StateDict, source: string): void {
  const found = new Map(
    Object.entries(state)
      .map(([name, tensor]) => [name.replace(wrapper, ''), tensor] as const)
      .filter(([name]) => !derived.test(name)),
  );
  const list = parameters.list();
  const names = new Set(list.map(({ name }) => name));
  const loaded: { variable: tf.Variable; values: Float32Array }[] = [];
  for (const { name, variable } of list) {
    const pieces = storedAs(name, variable.shape, names);
    if (pieces.every((piece) => !found.has(piece.name) && optional.test(piece.name))) continue;
    const values = new Float32Array(variable.size);
    for (const piece of pieces) {
      const tensor = found.get(piece.name);
      if (!tensor) throw new FileError(source, `has no weights "${piece.name}" [${piece.shape}]`);
      if (tensor.shape.join() !== piece.shape.join()) {
        throw new FileError(
          source,
          `its weights "${piece.name}" have shape [${tensor.shape}], but the model's have [${piece.shape}]`,
        );
      }
      for (let i = 0; i < piece.places.length; i++) values[piece.places[i]] = tensor.data[i];
      found.delete(piece.name);
    }
    loaded.push({ variable, values });
  }
  const [stranger] = found.keys();
  if (stranger !== undefined)
    throw new FileError(source, `has weights "${stranger}", which the model has not`);
  for (const { variable, values } of loaded) parameters.assign(variable, values);
}

/** What the port makes of one of our parameters; `names` are those of all of the model's. */
function storedAs(name: string, shape: number[], names: ReadonlySet<string>): Stored[] {
  const dot = name.lastIndexOf('.');
  const [layer, part] = [name.slice(0, dot), name.slice(dot + 1)];
  const target = portLayer(layer, names);
  if (part === 'bias') return [{ name: `${target}.bias`, shape, places: inOrder(shape[0]) }];
  if (part === 'kernel') {
    const [height, width, inputs, outputs] = shape;
    const places = new Int32Array(height * width * inputs * outputs);
    for (let o = 0, i = 0; o < outputs; o++) {
      for (let c = 0; c < inputs; c++) {
        for (let tap = 0; tap < height * width; tap++, i++) places[i] = (tap * inputs + c) * outputs + o;
      }
    }
    return [{ name: `${target}.weight`, shape: [outputs, inputs, height, width], places }];
  }
  if (part !== 'weights') return [{ name, shape, places: inOrder(shape.reduce((a, b) => a * b, 1)) }];
  const [inputs, columns] = shape;
  if (isLinear(layer)) {
    const places = Int32Array.from(
      { length: inputs * columns },
      (_, i) => (i % inputs) * columns + Math.floor(i / inputs),
    );
    return [{ name: `${target}.weight`, shape: [columns, inputs], places }];
  }
  const outputs = columns / 2;
  const half = (first: number) =>
    Int32Array.from(
      { length: inputs * outputs },
      (_, i) => Math.floor(i / outputs) * columns + first + (i % outputs),
    );
  return [
    { name: `${target}.loop_weight`, shape: [inputs, outputs], places: half(0) },
    { name: `${target}.weight`, shape: [inputs, outputs], places: half(outputs) },
  ];
}

const inOrder = (length: number) => Int32Array.from({ length }, (_, i) => i);

const isLinear = (layer: string) => /^(encoder\.code|block\.\d+\.code|color)$/.test(layer);

function portLayer(layer: string, names: ReadonlySet<string>): string {
  const [kind, level, ...rest] = layer.split('.');
  if (kind === 'encoder') {
    if (rest.length === 0) return `nn_encoder.${level}`;
    const [i, inner] = rest;
    if (inner === undefined) return `nn_encoder.conv${level}_${Number(i) + 1}`;
    return `nn_encoder.layer${Number(level) + 1}.${i}.${inner}`;
  }
  if (kind !== 'block') return layer;
  const [name, i, inner] = rest;
  const hasLast = names.has(`block.${level}.last.weights`);
  switch (name) {
    case 'first':
      return `gcns.${level}.conv1`;
    case 'residual':
      return `gcns.${level}.blocks.${i}.conv${Number(inner) + 1}`;
    case 'head':
      return hasLast ? 'gconv' : `gcns.${level}.conv2`;
    case 'last':
      return `gcns.${level}.conv2`;
    default:
      return `gcns.${level}.${name}`;
  }
}
