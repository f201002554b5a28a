// Pixel2Mesh (Wang et al., ECCV 2018) by configuration: an image encoder, and the graph network that deforms an ellipsoid by what its
// vertices see. experiments/pixel2mesh/official.yaml is the published network; the defaults are a small relative of it that learns in
// minutes, with a code of the whole picture for every vertex and offsets in place of positions. Both colour their vertices.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { Topology } from '../../renderer/mesh/index.ts';
import {
  Dense,
  heUniform,
  type Lens,
  Parameters,
  type PoolingCamera,
  poolFeatures,
  trueLens,
  zeros,
} from '../nn/index.ts';
import type { Random } from '../tensor/random.ts';
import type { LayerObserver } from './deformationBlock.ts';
import { encoderOptions, type ImageEncoder, makeEncoder } from './encoders/index.ts';
import { GraphNetwork } from './graphNetwork.ts';
import { lensCamera, lensOf } from './lenses.ts';
import type { MeshPrediction, MeshPredictor } from './meshPredictor.ts';
import { inputSize, modelDefinition } from './model.ts';
import { encodedChannels, encodePictures, pictureEncoding } from './pictureEncoding.ts';
import {
  finestTemplate,
  makeTemplate,
  templateLevelCount,
  templateOptions,
  templateVertexCounts,
} from './template.ts';

const count = z.int().min(1);

const options = z.strictObject({
  type: z
    .literal('pixel2mesh')
    .default('pixel2mesh')
    .describe(
      'An ellipsoid deformed by graph convolutions, coarse to fine, with features from where it projects.',
    ),
  imageSize: inputSize,
  picture: pictureEncoding,
  encoder: encoderOptions,
  globalCode: z
    .int()
    .min(0)
    .default(64)
    .describe('Width of the code of the whole picture that every vertex receives; 0: none, as Pixel2Mesh.'),
  pooling: z
    .strictObject({
      camera: lensCamera,
      picture: z
        .boolean()
        .default(true)
        .describe('Vertices look at the picture itself too, not only at feature maps.'),
      legacy: z
        .boolean()
        .default(false)
        .describe(
          "Pixel2Mesh's own bilinear sampling, whose features vanish where a coordinate is integral.",
        ),
    })
    .prefault({})
    .describe('How vertices pick up features.'),
  hidden: count.default(32).describe("Width of the graph network's hidden features."),
  template: templateOptions,
  blocks: z
    .strictObject({
      residualBlocks: z
        .int()
        .min(0)
        .default(2)
        .describe('Residual blocks of two graph convolutions each, after the first graph convolution.'),
      lastHidden: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'Width of one more graph convolution before the last of the last block, half of `hidden` in Pixel2Mesh; 0: none.',
        ),
      support: z
        .enum(['mean', 'chebyshev', 'sum'])
        .default('mean')
        .describe(
          "What a vertex gets of its neighbours. `mean` of them; `chebyshev`: first Chebyshev term of the graph's Laplacian, as " +
            "Pixel2Mesh's code; `sum`, as its paper.",
        ),
      positions: z
        .enum(['offset', 'tanh', 'absolute'])
        .default('offset')
        .describe(
          'What a block predicts. `offset` from where vertices were; `tanh`: the same through a tanh, as Mesh R-CNN; `absolute` ' +
            'positions, as Pixel2Mesh.',
        ),
      frame: z
        .enum(['object', 'camera'])
        .default('object')
        .describe(
          "Origin of the network's coordinates: the `object`, as the PyTorch port, or the `camera`, as Pixel2Mesh's code.",
        ),
      resample: z
        .boolean()
        .default(false)
        .describe(
          'Look features up at the vertices after unpooling; Pixel2Mesh does so before, at the coarse ones.',
        ),
      initialization: z
        .enum(['he', 'glorot'])
        .default('he')
        .describe('Start weights of rectified graph convolutions; Pixel2Mesh has `glorot`.'),
    })
    .prefault({})
    .describe('The deformation blocks.'),
});

export type Pixel2MeshOptions = Omit<z.output<typeof options>, 'type'>;

export const pixel2mesh = modelDefinition({
  type: 'pixel2mesh',
  options,
  levelCount: ({ template }) => templateLevelCount(template),
  startShape: ({ template }) => finestTemplate(template),
  facts: ({ template, hidden }) => ({
    Mesh: `${templateVertexCounts(template).join(' → ')} vertices`,
    'Hidden width': String(hidden),
  }),
  create: (chosen, camera, random) => new Pixel2Mesh(chosen, camera, random),
});

export class Pixel2Mesh implements MeshPredictor {
  readonly parameters: Parameters;
  readonly topology: Topology;
  readonly graph: GraphNetwork;
  private readonly options: Pixel2MeshOptions;
  private readonly encoder: ImageEncoder;
  private readonly code?: Dense;
  private readonly colorHead: Dense;
  private readonly colorLens: Lens;

  constructor(options: Pixel2MeshOptions, camera: PoolingCamera, random: Random) {
    const { imageSize, picture, encoder, globalCode, pooling, hidden, template, blocks } = options;
    this.options = options;
    this.parameters = new Parameters(random);
    const inputChannels = encodedChannels(picture);
    this.encoder = makeEncoder(encoder, { parameters: this.parameters, imageSize, inputChannels });
    if (globalCode > 0) {
      const inputs = this.encoder.lastShape.reduce((product, extent) => product * extent, 1);
      this.code = new Dense(this.parameters, 'encoder.code', inputs, globalCode, heUniform);
    }
    const toSample = blocks.frame === 'camera' ? camera.distance : 0;
    this.graph = new GraphNetwork(
      this.parameters,
      makeTemplate(template),
      {
        ...blocks,
        hidden,
        globalCode,
        pooledChannels: this.encoder.channels + (pooling.picture ? inputChannels : 0),
      },
      lensOf(pooling, camera, camera.distance - toSample, imageSize),
      toSample,
    );
    this.topology = this.graph.topologies.at(-1)!;
    this.colorHead = new Dense(this.parameters, 'color', hidden, 3, zeros);
    this.colorLens = trueLens(camera);
  }

  /** @param observe gets every layer's output; see `GraphNetwork.apply`. Feature maps come as `nn_encoder.N`. */
  predict(pictures: tf.Tensor4D, observe?: LayerObserver & EncoderObserver): MeshPrediction {
    const { picture, pooling } = this.options;
    const encoded = encodePictures(pictures, picture);
    const { maps, last } = this.encoder.apply(encoded);
    if (observe) for (const [i, map] of maps.entries()) observe(`nn_encoder.${i}`, map);
    const [batch] = pictures.shape;
    const code = this.code
      ? tf.relu(this.code.apply(last.reshape([batch, last.size / batch]) as tf.Tensor2D))
      : undefined;
    const { levels, hidden } = this.graph.apply(pooling.picture ? [encoded, ...maps] : maps, code, observe);
    const filled = picture === 'filled' ? encoded : encodePictures(pictures, 'filled');
    return { levels, colors: this.colorsOf(levels.at(-1)!.vertices, hidden, filled) };
  }

  /** The pixel that each vertex projects to, plus a correction that starts at zero. */
  private colorsOf(vertices: tf.Tensor3D, hidden: tf.Tensor3D, filled: tf.Tensor4D): tf.Tensor3D {
    const rgb = tf.slice4d(filled, [0, 0, 0, 0], [-1, -1, -1, 3]);
    return tf.add(poolFeatures(vertices, [rgb], this.colorLens), this.colorHead.apply(hidden));
  }

  dispose(): void {
    this.graph.dispose();
    this.parameters.dispose();
  }
}

type EncoderObserver = (name: string, output: tf.Tensor4D) => void;
