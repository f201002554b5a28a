// Ambient, directional and point lights on rows of fragments, as tensors.

import * as tf from '@tensorflow/tfjs';
import { hostFunction, type RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import {
  type LitGradients,
  type LitRows,
  light,
  lightBackward,
  type ReflectionModel,
  reflectionModels,
} from '../kernels/lighting.ts';
import { shown } from '../shown.ts';
import { expectRows } from './expectRows.ts';

/** A colour, a direction or a point: numbers, or a tensor [3], through which gradients pass. */
export type LightValue = readonly [number, number, number] | tf.Tensor1D;

/** In world space, colours linear. Light does not fade with distance. */
export type Light =
  | { type: 'ambient'; color: LightValue }
  /** @property direction from the surface towards the light, of any length above 0. */
  | { type: 'directional'; color: LightValue; direction: LightValue }
  | { type: 'point'; color: LightValue; position: LightValue };

export interface LightRowsOptions {
  model: ReflectionModel;
  lights: readonly Light[];
  /** [N, 3] linear. */
  albedo: tf.Tensor2D;
  /** [N, 3] of any length, in world space; rows without a direction get ambient light alone. */
  normals: tf.Tensor2D;
  /** [N, 3] in world space; for point lights, Phong and Blinn–Phong. */
  positions?: tf.Tensor2D;
  /** [B, 4] as `Camera.viewpoints`, and which of them each row is seen from; for Phong and Blinn–Phong. */
  viewpoints?: tf.Tensor2D;
  items?: Int32Array;
  /** [N] of ±1, times the normals. */
  sides?: Float32Array;
  /** For Phong and Blinn–Phong: material of each row, [M, 3] linear colours and [M] exponents. */
  materials?: { of: Int32Array; specular: tf.Tensor2D; shininess: tf.Tensor1D };
}

/**
 * Linear colours [N, 3] of lit rows, as renderer/kernels/lighting.ts has them; not cut at 1. Differentiable in every tensor.
 *
 * @throws ArgumentError on an unknown model, or a light that is none.
 */
export function lightRows(options: LightRowsOptions): tf.Tensor2D {
  const { model, lights, albedo, normals, positions, viewpoints, items, sides, materials } = options;
  if (!reflectionModels.includes(model)) {
    throw new ArgumentError(
      `model must be one of ${reflectionModels.join(', ')}, but is ${JSON.stringify(model)}`,
    );
  }
  const glossy = model !== 'lambert';
  checkLights(lights);
  const [count] = albedo.shape;
  expectRows('albedo', albedo, count, 3);
  expectRows('normals', normals, count, 3);
  const needsPlaces = glossy || lights.some(({ type }) => type === 'point');
  if (needsPlaces && !positions) throw new ArgumentError('positions are needed for point lights and gloss');
  if (positions) expectRows('positions', positions, count, 3);
  if (glossy && !(viewpoints && items && materials)) {
    throw new ArgumentError(`viewpoints, items and materials are needed for the model "${model}"`);
  }
  const lamps = lights.filter((one) => one.type !== 'ambient');
  const arePoints = lamps.map(({ type }) => type === 'point');
  const ambient = lights.filter(({ type }) => type === 'ambient');
  const rows = (values: tf.Tensor[]) =>
    (values.length > 0 ? tf.stack(values) : tf.zeros([0, 3])) as tf.Tensor2D;
  const inputs = {
    albedo,
    normals,
    ambient: ambient.reduce<tf.Tensor>((sum, { color }) => sum.add(vector('color', color)), tf.zeros([3])),
    colors: rows(lamps.map(({ color }) => vector('color', color))),
    places: rows(
      lamps.map((lamp) =>
        lamp.type === 'point' ? vector('position', lamp.position) : vector('direction', lamp.direction),
      ),
    ),
    ...(positions && { positions }),
    ...(glossy && {
      viewpoints: viewpoints!,
      specular: materials!.specular,
      shininess: materials!.shininess,
    }),
  };
  const names = Object.keys(inputs);
  const named = (arrays: readonly RealArray[]) =>
    Object.fromEntries(arrays.map((array, i) => [names[i], array]));
  const litRows = (arrays: readonly RealArray[]) =>
    ({ ...named(arrays), model, arePoints, items, sides, materials: materials?.of }) as unknown as LitRows;
  return hostFunction<void>({
    inputs: Object.values(inputs) as tf.Tensor[],
    shape: albedo.shape,
    forward: (arrays, output) => light(litRows(arrays), output),
    backward: (upstream, arrays, gradients) =>
      lightBackward(litRows(arrays), upstream, named(gradients) as LitGradients),
  }) as tf.Tensor2D;
}

const lightTypes = ['ambient', 'directional', 'point'] as const;

/** @throws ArgumentError unless they are a list of known lights. */
export function checkLights(lights: readonly Light[]): void {
  if (!Array.isArray(lights)) {
    throw new ArgumentError(`lights must be a list of lights, but are ${shown(lights)}`);
  }
  lights.forEach((light, i) => {
    if (lightTypes.includes(light?.type)) return;
    throw new ArgumentError(
      `the type of lights[${i}] must be one of ${lightTypes.join(', ')}, but is ${shown(light?.type)}`,
    );
  });
}

function vector(name: string, value: LightValue): tf.Tensor1D {
  if (value instanceof tf.Tensor) {
    if (value.size === 3 && value.rank === 1) return value;
    throw new ArgumentError(`${name} of a light must have shape [3], but has [${value.shape}]`);
  }
  if (Array.isArray(value) && value.length === 3 && value.every(Number.isFinite))
    return tf.tensor1d([...value]);
  throw new ArgumentError(`${name} of a light must be three finite numbers, but is ${JSON.stringify(value)}`);
}
