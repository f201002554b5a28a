// Pixel2Mesh (Wang et al., ECCV 2018) by configuration: an image encoder, an ellipsoid whose vertices pick up features where they
// project, and one deformation block a level with unpooling in between. Beyond the paper: a code of the whole picture that every
// vertex receives, offsets instead of absolute positions (as Mesh R-CNN, Gkioxari et al. 2019), and a colour for every vertex.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { icosphere, subdivide, type Topology } from '../../renderer/mesh/index.ts';
import {
  Dense,
  graphUnpool,
  meanOfNeighbours,
  Parameters,
  type PoolingCamera,
  poolFeatures,
  zeros,
} from '../nn/index.ts';
import type { Random } from '../tensor/random.ts';
import { DeformationBlock } from './deformationBlock.ts';
import { ImageEncoder } from './imageEncoder.ts';
import type { MeshPrediction, MeshPredictor, PredictedLevel } from './meshPredictor.ts';
import { inputSize, modelDefinition } from './model.ts';
import { templateLevel, templateRadii } from './template.ts';

const count = z.int().min(1);

const options = z
  .strictObject({
    type: z
      .literal('pixel2mesh')
      .default('pixel2mesh')
      .describe(
        'An ellipsoid deformed by graph convolutions, coarse to fine, with features from where it projects.',
      ),
    imageSize: inputSize,
    encoder: z
      .strictObject({
        channels: z
          .array(count)
          .min(1)
          .max(8)
          .default([16, 32, 64, 128])
          .describe('Channels of each convolution stage; every stage halves the picture.'),
        convolutions: count
          .default(1)
          .describe('Convolutions of a stage, of which the first one halves the picture.'),
        globalCode: z
          .int()
          .min(0)
          .default(64)
          .describe('Width of the code of the whole picture that every vertex receives; 0: none.'),
      })
      .prefault({})
      .describe('The convolution stack that turns the picture into feature maps.'),
    hidden: count.default(32).describe("Width of the graph network's hidden features."),
    template: z
      .strictObject({
        level: templateLevel.default(1),
        levels: z
          .int()
          .min(1)
          .max(6)
          .default(3)
          .describe(
            'Number of meshes, coarse to fine, each with one deformation block; level 1, 3 levels: 42 → 162 → 642 vertices.',
          ),
        radii: templateRadii.default([0.3, 0.3, 0.3]),
      })
      .prefault({})
      .describe('The ellipsoid that is deformed.'),
    blocks: z
      .strictObject({
        residualBlocks: z
          .int()
          .min(0)
          .default(2)
          .describe('Residual blocks of two graph convolutions each, after the first graph convolution.'),
      })
      .prefault({})
      .describe('The deformation blocks.'),
  })
  .superRefine(({ template: { level, levels } }, context) => {
    const finest = level + levels - 1;
    if (finest <= 5) return;
    context.addIssue({
      code: 'custom',
      path: ['template', 'levels'],
      message: `level ${level} and ${levels} levels end at subdivision ${finest}, but 5 is the finest`,
    });
  });

export type Pixel2MeshOptions = Omit<z.output<typeof options>, 'type'>;

export const pixel2mesh = modelDefinition({
  type: 'pixel2mesh',
  options,
  levelCount: ({ template }) => template.levels,
  startShape: ({ template: { level, levels, radii } }) => icosphere(level + levels - 1, { radii }),
  facts: ({ template: { level, levels }, hidden }) => ({
    Mesh: `${Array.from({ length: levels }, (_, i) => 10 * 4 ** (level + i) + 2).join(' → ')} vertices`,
    'Hidden width': String(hidden),
  }),
  create: (chosen, camera, random) => new Pixel2Mesh(chosen, camera, random),
});

const pictureChannels = 4;

export class Pixel2Mesh implements MeshPredictor {
  readonly parameters: Parameters;
  readonly topology: Topology;
  private readonly topologies: Topology[];
  /** Edges of level i, at whose midpoints level i + 1 has its new vertices. */
  private readonly unpoolEdges: Int32Array[] = [];
  private readonly template: tf.Tensor3D;
  private readonly encoder: ImageEncoder;
  private readonly blocks: DeformationBlock[];
  private readonly colorHead: Dense;
  private readonly camera: PoolingCamera;

  constructor(options: Pixel2MeshOptions, camera: PoolingCamera, random: Random) {
    const { imageSize, encoder, hidden, template, blocks } = options;
    this.camera = camera;
    this.parameters = new Parameters(random);

    const coarse = icosphere(template.level, { radii: template.radii });
    this.template = coarse.vertices.expandDims<tf.Tensor3D>(0);
    coarse.vertices.dispose();
    this.topologies = [coarse.topology];
    for (let level = 1; level < template.levels; level++) {
      const { topology, edges } = subdivide(this.topologies[level - 1]);
      this.topologies.push(topology);
      this.unpoolEdges.push(edges);
    }
    this.topology = this.topologies.at(-1)!;

    this.encoder = new ImageEncoder(this.parameters, imageSize, pictureChannels, encoder);
    const pooled = pictureChannels + this.encoder.channels;
    this.blocks = this.topologies.map(
      (topology, level) =>
        new DeformationBlock(
          this.parameters,
          `block.${level}`,
          meanOfNeighbours(topology),
          this.unpoolEdges[level - 1],
          {
            inputs: pooled + 3 + (level > 0 ? hidden : 0),
            hidden,
            residualBlocks: blocks.residualBlocks,
            globalCode: encoder.globalCode,
          },
        ),
    );
    this.colorHead = new Dense(this.parameters, 'color', hidden, 3, zeros);
  }

  predict(pictures: tf.Tensor4D): MeshPrediction {
    const [batch] = pictures.shape;
    const { maps, code } = this.encoder.apply(pictures);
    const levels: PredictedLevel[] = [];
    let vertices = tf.tile(this.template, [batch, 1, 1]);
    let hidden: tf.Tensor3D | undefined;
    for (let level = 0; level < this.blocks.length; level++) {
      const pooled = poolFeatures(vertices, [pictures, ...maps], this.camera);
      const features = tf.concat3d(hidden ? [pooled, vertices, hidden] : [pooled, vertices], 2);
      const before = level === 0 ? vertices : graphUnpool(vertices, this.unpoolEdges[level - 1]);
      const moved = this.blocks[level].apply(features, code);
      vertices = tf.add(before, moved.offsets);
      hidden = moved.hidden;
      levels.push({ topology: this.topologies[level], vertices, before });
    }
    return { levels, colors: this.colorsOf(vertices, hidden!, pictures) };
  }

  /** The pixel that each vertex projects to, plus a correction that starts at zero. */
  private colorsOf(vertices: tf.Tensor3D, hidden: tf.Tensor3D, pictures: tf.Tensor4D): tf.Tensor3D {
    const rgb = tf.slice4d(pictures, [0, 0, 0, 0], [-1, -1, -1, 3]);
    return tf.add(poolFeatures(vertices, [rgb], this.camera), this.colorHead.apply(hidden));
  }

  dispose(): void {
    this.template.dispose();
    this.parameters.dispose();
  }
}
