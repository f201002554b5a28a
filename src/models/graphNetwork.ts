// Pixel2Mesh's graph network: feature maps in, meshes out. A template's vertices pick up features where they project; one deformation
// block a level moves them, with unpooling in between. Defaults and options: pixel2mesh.ts.

import * as tf from '@tensorflow/tfjs';
import type { Topology } from '../../renderer/mesh/index.ts';
import {
  chebyshevTerm,
  type GraphSupport,
  graphUnpool,
  type Lens,
  meanOfNeighbours,
  type Parameters,
  poolFeatures,
  sumOfNeighbours,
} from '../nn/index.ts';
import { DeformationBlock, type LayerObserver } from './deformationBlock.ts';
import type { PredictedLevel } from './meshPredictor.ts';
import type { Template } from './template.ts';

export interface GraphNetworkOptions {
  /** Width of the hidden features. */
  hidden: number;
  residualBlocks: number;
  /** Width of the last block's second to last graph convolution; 0 = it has none. */
  lastHidden: number;
  support: 'mean' | 'chebyshev' | 'sum';
  positions: 'offset' | 'tanh' | 'absolute';
  resample: boolean;
  initialization: 'he' | 'glorot';
  /** Channels of all feature maps together. */
  pooledChannels: number;
  /** Width of the code of the whole picture; 0 = none. */
  globalCode: number;
}

export class GraphNetwork {
  readonly topologies: Topology[];
  readonly supports: GraphSupport[];
  private readonly unpoolEdges: Int32Array[];
  private readonly template: tf.Tensor3D;
  private readonly blocks: DeformationBlock[];
  private readonly options: GraphNetworkOptions;
  private readonly lens: Lens;
  private readonly toSample: number;

  /**
   * @param lens in the network's frame
   * @param toSample what is added to z to come from the network's frame to that of samples
   */
  constructor(
    parameters: Parameters,
    template: Template,
    options: GraphNetworkOptions,
    lens: Lens,
    toSample: number,
  ) {
    const { hidden, lastHidden, globalCode, pooledChannels } = options;
    this.options = options;
    this.lens = lens;
    this.toSample = toSample;
    this.topologies = template.topologies;
    this.unpoolEdges = template.unpoolEdges;
    const vertices = template.vertices.map((value, i) => (i % 3 === 2 ? value - toSample : value));
    this.template = tf.tensor3d(vertices, [1, vertices.length / 3, 3]);
    this.supports = template.topologies.map((topology, level) => {
      if (options.support === 'mean') return meanOfNeighbours(topology);
      if (options.support === 'sum') return sumOfNeighbours(topology);
      return template.supports?.[level] ?? chebyshevTerm(topology);
    });
    const finest = this.topologies.length - 1;
    this.blocks = this.supports.map(
      (support, level) =>
        new DeformationBlock(parameters, level, support, {
          inputs: 3 + pooledChannels + (level > 0 ? hidden : 0),
          hidden,
          residualBlocks: options.residualBlocks,
          lastHidden: level === finest ? lastHidden : 0,
          globalCode,
          initialization: options.initialization,
          offsets: options.positions !== 'absolute',
        }),
    );
  }

  /**
   * @param maps [B, H, W, C] feature maps, `pooledChannels` in all
   * @param code [B, globalCode]
   * @param observe gets every layer's output: the port's names, and `projection.N`, the coordinates and pooled features of level N
   * @returns meshes in the frame of samples, and the last block's hidden features [B, V, hidden]
   */
  apply(
    maps: readonly tf.Tensor4D[],
    code?: tf.Tensor2D,
    observe: LayerObserver = () => {},
  ): { levels: PredictedLevel[]; hidden: tf.Tensor3D } {
    const { positions, resample } = this.options;
    const levels: PredictedLevel[] = [];
    let vertices = tf.tile(this.template, [maps[0].shape[0], 1, 1]);
    let hidden: tf.Tensor3D | undefined;
    for (const [level, block] of this.blocks.entries()) {
      const edges = this.unpoolEdges[level - 1];
      const before = edges ? graphUnpool(vertices, edges) : vertices;
      // Pixel2Mesh looks features up at the coarse vertices and unpools them with the rest.
      const seen = resample ? before : vertices;
      const pooled = tf.concat3d([seen, poolFeatures(seen, maps, this.lens)], 2);
      observe(`projection.${level}`, pooled);
      const carried = hidden && resample ? graphUnpool(hidden, edges) : hidden;
      const features = carried ? tf.concat3d([pooled, carried], 2) : pooled;
      const moved = block.apply(features, resample ? undefined : edges, code, observe);
      if (positions === 'absolute') vertices = moved.coordinates;
      else vertices = tf.add(before, positions === 'tanh' ? tf.tanh(moved.coordinates) : moved.coordinates);
      hidden = moved.hidden;
      levels.push({
        topology: this.topologies[level],
        vertices: this.inSampleFrame(vertices),
        before: this.inSampleFrame(before),
      });
    }
    return { levels, hidden: hidden! };
  }

  private inSampleFrame(vertices: tf.Tensor3D): tf.Tensor3D {
    return this.toSample === 0 ? vertices : tf.add(vertices, tf.tensor1d([0, 0, this.toSample]));
  }

  dispose(): void {
    this.template.dispose();
  }
}
