// DIB-R's network for single pictures (Chen et al., NeurIPS 2019, section 4.1): an image encoder makes a code of the whole picture, of
// which two decoders make an offset and a colour for every vertex of a sphere; by option, others a texture around it and the light.
// Shapes need no camera to be predicted, as nothing is looked up where a vertex projects; pictures and silhouettes teach them.
// experiments/dibr/official.yaml is the published network, but for its batch normalisation (see encoders/resnet18.ts); the defaults are a
// small relative that learns in minutes.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { icosphere, type Topology } from '../../renderer/mesh/index.ts';
import { Dense, glorotUniform, heUniform, Parameters, type PoolingCamera, scaled } from '../nn/index.ts';
import type { Random } from '../tensor/random.ts';
import { encoderOptions, type ImageEncoder, makeEncoder } from './encoders/index.ts';
import { lightOnVertices, lightOptions, lightSize } from './light.ts';
import type { MeshPrediction, MeshPredictor } from './meshPredictor.ts';
import { inputSize, modelDefinition } from './model.ts';
import { encodedChannels, encodePictures, pictureEncoding } from './pictureEncoding.ts';
import { SphereTexture } from './sphereTexture.ts';
import { templateLevel, templateRadii } from './template.ts';
import { textureOptions } from './textureDecoder.ts';

const widths = z.array(z.int().min(1)).min(1).max(8);

const options = z.strictObject({
  type: z
    .literal('dibr-net')
    .describe(
      'A code of the whole picture, and from it an offset and a colour for every vertex of a sphere.',
    ),
  imageSize: inputSize,
  picture: pictureEncoding,
  encoder: encoderOptions,
  code: widths
    .default([256])
    .describe('Widths of the layers that make the code; `[1024, 1024, 1024]` in DIB-R.'),
  decoder: widths
    .default([256])
    .describe('Widths of the hidden layers of both decoders; `[1024, 2048]` in DIB-R.'),
  level: templateLevel.default(3),
  radii: templateRadii.default([0.35, 0.35, 0.35]),
  texture: textureOptions,
  light: lightOptions,
});

export type DibrNetOptions = Omit<z.output<typeof options>, 'type'>;

export const dibrNet = modelDefinition({
  type: 'dibr-net',
  options,
  levelCount: () => 1,
  startShape: ({ level, radii }) => icosphere(level, { radii }),
  facts: ({ level, code, decoder, texture, light }) => ({
    Mesh: `${10 * 4 ** level + 2} vertices`,
    'Widths of the code': code.join(' → '),
    'Widths of the decoders': decoder.join(' → '),
    ...(texture.size > 0 && { Texture: `${texture.size} × ${texture.size}` }),
    ...(light.type !== 'none' && { Light: light.type }),
  }),
  create: (chosen, camera, random) => new DibrNet(chosen, camera, random),
});

/** How far a fresh decoder's output is from zero: near it, predictions start as the sphere in grey. */
const startScale = 0.01;

export class DibrNet implements MeshPredictor {
  readonly parameters: Parameters;
  readonly topology: Topology;
  private readonly options: DibrNetOptions;
  private readonly template: tf.Tensor3D;
  private readonly encoder: ImageEncoder;
  private readonly code: Dense[];
  private readonly offsets: Decoder;
  private readonly colors: Decoder | undefined;
  private readonly texture: SphereTexture | undefined;
  private readonly light: Decoder | undefined;

  constructor(options: DibrNetOptions, camera: PoolingCamera, random: Random) {
    const { imageSize, picture, encoder, code, decoder, level, radii, texture, light } = options;
    this.parameters = new Parameters(random);
    this.options = options;
    const inputChannels = encodedChannels(picture);
    this.encoder = makeEncoder(encoder, { parameters: this.parameters, imageSize, inputChannels });
    const features = this.encoder.lastShape.reduce((product, extent) => product * extent, 1);
    this.code = denseLayers(this.parameters, 'encoder.code', [features, ...code]);
    const { vertices, topology } = icosphere(level, { radii });
    this.template = tf.keep(vertices.expandDims<tf.Tensor3D>(0));
    this.topology = topology;
    const codeSize = code.at(-1)!;
    const decoderOf = (name: string, outputs: number) =>
      new Decoder(this.parameters, name, [codeSize, ...decoder], outputs);
    this.offsets = decoderOf('offsets', 3 * topology.vertexCount);
    if (texture.size > 0) {
      const around = { codeSize, template: vertices, topology, camera };
      this.texture = new SphereTexture(this.parameters, 'texture', { ...texture, ...around });
    } else this.colors = decoderOf('colors', 3 * topology.vertexCount);
    if (light.type !== 'none') this.light = decoderOf('light', lightSize(light));
    vertices.dispose();
  }

  predict(pictures: tf.Tensor4D): MeshPrediction {
    const { picture } = this.options;
    const encoded = encodePictures(pictures, picture);
    const filled = () => (picture === 'filled' ? encoded : encodePictures(pictures, 'filled'));
    const { last } = this.encoder.apply(encoded);
    const [batch] = pictures.shape;
    const code = rectified(this.code, last.reshape([batch, last.size / batch]));
    const shape: [number, number, number] = [batch, this.topology.vertexCount, 3];
    const { topology, texture, light } = this;
    const vertices = tf.add<tf.Tensor3D>(this.template, this.offsets.apply(code).reshape(shape));
    return {
      levels: [{ topology, vertices, before: this.template }],
      ...(this.colors && { colors: tf.sigmoid(this.colors.apply(code).reshape(shape)) }),
      ...(texture && { texture: texture.apply({ code, filled, vertices }) }),
      ...(light && { light: lightOnVertices(this.options.light, light.apply(code), vertices, topology) }),
    };
  }

  dispose(): void {
    this.template.dispose();
    this.texture?.dispose();
    this.parameters.dispose();
  }
}

/** Rectified layers, and one that is not and starts near zero. */
class Decoder {
  private readonly hidden: Dense[];
  private readonly last: Dense;

  /** @param sizes widths of the input and of the hidden layers */
  constructor(parameters: Parameters, name: string, sizes: number[], outputs: number) {
    this.hidden = denseLayers(parameters, name, sizes);
    const start = scaled(glorotUniform, startScale);
    this.last = new Dense(parameters, `${name}.last`, sizes.at(-1)!, outputs, start);
  }

  /** [B, inputs] → [B, outputs]. */
  apply(code: tf.Tensor2D): tf.Tensor2D {
    return this.last.apply(rectified(this.hidden, code));
  }
}

/** Layers `name.0`, `name.1`, … from each of `sizes` to the next. */
const denseLayers = (parameters: Parameters, name: string, sizes: number[]): Dense[] =>
  sizes.slice(1).map((outputs, i) => new Dense(parameters, `${name}.${i}`, sizes[i], outputs, heUniform));

const rectified = (layers: readonly Dense[], features: tf.Tensor2D): tf.Tensor2D =>
  layers.reduce((values, layer) => tf.relu(layer.apply(values)), features);
