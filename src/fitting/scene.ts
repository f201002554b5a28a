// What a fit may change, as variables, and the mesh and its shading that they make: geometry, paint, light and pose, each of them
// fitted, or left as it is.

import * as tf from '@tensorflow/tfjs';
import { poseMatrix } from '../../renderer/camera/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import {
  LargeSteps,
  type Mesh,
  type Shading,
  sphericalHarmonics,
  type Texture,
  unlit,
} from '../../renderer/index.ts';
import { Adam, type NamedVariable } from '../tensor/adam.ts';
import { type LampLight, lampShading } from './lampLight.ts';

export interface SceneOptions {
  geometry: {
    /** 0 leaves the vertices where they are. */
    learningRate: number;
    /** λ of `LargeSteps`; 0 moves vertices themselves. */
    largeSteps: number;
  };
  paint: PaintOptions;
  light: LightOptions;
  pose: {
    /** Of angles in radians and of lengths; 0 leaves the pose as it is. */
    learningRate: number;
    /** Axis times angle. */
    startRotationDegrees: readonly [number, number, number];
    startTranslation: readonly [number, number, number];
  };
}

/** Colours: the start mesh's own as they are, one a vertex, or textures in place of its own, one where it has none. */
export type PaintOptions =
  | { type: 'own' }
  | { type: 'vertices'; learningRate: number }
  | { type: 'texture'; learningRate: number; size: number };

/** No light at all, or what is found: ambient light and one lamp, or nine coefficients of spherical harmonics. */
export type LightOptions =
  | { type: 'none' }
  | ({ type: 'lamp'; learningRate: number } & LampLight)
  | { type: 'sphericalHarmonics'; learningRate: number };

/** Variables that are moved together. */
interface Group {
  variables: readonly NamedVariable[];
  learningRate: number;
  optimizer: Adam;
}

const fittedTexture = 'fitted';

/** The start mesh, and what has become of it. */
export class FittedScene {
  readonly #start: Mesh;
  readonly #groups: Group[] = [];
  /** [V, 3] or, with large steps, their parameters. */
  readonly #geometry: tf.Tensor2D;
  readonly #largeSteps?: LargeSteps;
  readonly #colors?: tf.Tensor2D;
  /** By the names of the start mesh's own, if it has some. */
  readonly #textures: Record<string, Texture> = {};
  readonly #light: LightOptions['type'];
  readonly #lightVariables: tf.Variable[] = [];
  readonly #fitsPose: boolean;
  readonly #rotation: tf.Tensor2D;
  readonly #translation: tf.Tensor2D;

  /**
   * @param start disposed of by the caller, not before the scene.
   * @throws ArgumentError where a texture is to be fitted to a mesh without texture coordinates.
   */
  constructor(start: Mesh, { geometry, paint, light, pose }: SceneOptions) {
    this.#start = start;
    this.#light = light.type;
    const { vertices, topology, uv } = start;
    if (geometry.learningRate > 0) {
      if (geometry.largeSteps > 0)
        this.#largeSteps = new LargeSteps(topology, { lambda: geometry.largeSteps });
      const first = tf.tidy(() => this.#largeSteps?.toParameters(vertices) ?? vertices.clone());
      this.#geometry = this.#variable(
        'geometry',
        first,
        geometry.learningRate,
        this.#largeSteps !== undefined,
      );
      first.dispose();
    } else this.#geometry = vertices;

    if (paint.type === 'vertices') {
      const grey = tf.fill([topology.vertexCount, 3], 0.5) as tf.Tensor2D;
      this.#colors = this.#variable('colors', grey, paint.learningRate);
      grey.dispose();
    } else if (paint.type === 'texture') {
      if (!uv) {
        throw new ArgumentError('the start mesh has no texture coordinates, which a fitted texture needs');
      }
      const grey = tf.fill([paint.size, paint.size, 3], 0.5) as tf.Tensor3D;
      const names = Object.keys(start.textures ?? {});
      for (const name of names.length > 0 ? names : [fittedTexture]) {
        const texels = this.#variable(`texture ${name}`, grey, paint.learningRate);
        this.#textures[name] = { wrapU: 'repeat', wrapV: 'clamp', ...start.textures?.[name], texels };
      }
      grey.dispose();
    }
    if (light.type === 'lamp') {
      for (const name of ['ambient', 'color', 'direction'] as const) {
        const value = tf.tensor1d([...light[name]]);
        this.#lightVariables.push(this.#variable(name, value, light.learningRate));
        value.dispose();
      }
    } else if (light.type === 'sphericalHarmonics') {
      // Radiance 1 from everywhere: c₀₀ = ∫ Y₀₀ = √(4π).
      const even = tf.tensor2d(
        Array.from({ length: 9 }, (_, i) => new Array(3).fill(i === 0 ? Math.sqrt(4 * Math.PI) : 0)),
      );
      this.#lightVariables.push(this.#variable('coefficients', even, light.learningRate));
      even.dispose();
    }
    this.#fitsPose = pose.learningRate > 0;
    const turn = tf.tensor2d([pose.startRotationDegrees.map((angle) => (angle * Math.PI) / 180)]);
    const shift = tf.tensor2d([[...pose.startTranslation]]);
    this.#rotation = this.#variable('rotation', turn, pose.learningRate);
    this.#translation = this.#variable('translation', shift, pose.learningRate);
    tf.dispose([turn, shift]);
  }

  /** Whether the pose is looked for. */
  get fitsPose(): boolean {
    return this.#fitsPose;
  }

  /** All that a gradient is needed of. */
  get variables(): tf.Variable[] {
    return this.#groups.flatMap(({ variables, learningRate }) =>
      learningRate > 0 ? variables.map(({ variable }) => variable) : [],
    );
  }

  /** Moves the variables, by their own learning rates times `share`. */
  step(gradients: tf.NamedTensorMap, share: number): void {
    for (const { variables, learningRate, optimizer } of this.#groups) {
      if (learningRate === 0) continue;
      optimizer.step(
        Object.fromEntries(variables.map(({ name, variable }) => [name, gradients[variable.name]])),
        share * learningRate,
      );
    }
  }

  /** The mesh as it is now, in tensors that follow the variables. To be called in a tidy. */
  mesh(): Mesh {
    const { topology, uv, textures } = this.#start;
    const shaped = this.#largeSteps?.toVertices(this.#geometry) ?? this.#geometry;
    const turn = poseMatrix({ rotation: this.#rotation, translation: this.#translation });
    const rows = turn.slice([0, 0, 0], [1, 3, 4]).squeeze<tf.Tensor2D>([0]);
    const vertices = shaped
      .matMul(rows.slice([0, 0], [3, 3]), false, true)
      .add(rows.slice([0, 3], [3, 1]).transpose()) as tf.Tensor2D;
    if (this.#colors) return { vertices, topology, colors: this.#colors };
    if (Object.keys(this.#textures).length === 0) return { ...this.#start, vertices };
    if (textures) return { ...this.#start, vertices, textures: this.#textures };
    return {
      vertices,
      topology,
      uv,
      materials: [{ name: 'fitted', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: fittedTexture }],
      faceMaterials: new Int32Array(topology.faceCount),
      textures: this.#textures,
    };
  }

  get shading(): Shading {
    if (this.#light === 'none') return unlit();
    if (this.#light === 'lamp') {
      const [ambient, color, direction] = this.#lightVariables as unknown as tf.Tensor1D[];
      return lampShading({ ambient, color, direction });
    }
    const [coefficients] = this.#lightVariables;
    return sphericalHarmonics({ coefficients: coefficients as unknown as tf.Tensor2D });
  }

  /** Numbers of light and pose as they are now, by name. */
  numbers(): Record<string, number[]> {
    const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
    return {
      rotationDegrees: values(this.#rotation).map((angle) => (angle * 180) / Math.PI),
      translation: values(this.#translation),
      ...Object.fromEntries(
        this.#groups
          .flatMap(({ variables }) => variables)
          .filter(({ variable }) => this.#lightVariables.includes(variable))
          .map(({ name, variable }) => [name, values(variable)]),
      ),
    };
  }

  dispose(): void {
    for (const { variables, optimizer } of this.#groups) {
      for (const { variable } of variables) variable.dispose();
      optimizer.dispose();
    }
  }

  #variable<T extends tf.Tensor>(
    name: string,
    value: T,
    learningRate: number,
    uniform = false,
  ): T & tf.Variable {
    const variable = tf.variable(value);
    const variables = [{ name, variable }];
    this.#groups.push({ variables, learningRate, optimizer: new Adam(variables, { uniform }) });
    return variable as unknown as T & tf.Variable;
  }
}
