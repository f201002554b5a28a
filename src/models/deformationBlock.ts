// One deformation block of Pixel2Mesh: graph convolutions that move the vertices of one level.

import type * as tf from '@tensorflow/tfjs';
import {
  Dense,
  GraphConvolution,
  type GraphSupport,
  glorotUniform,
  graphUnpool,
  heUniform,
  type Initializer,
  type Parameters,
  scaled,
} from '../nn/index.ts';

/** Start size of heads that make offsets: small enough for the first meshes to be the template, large enough to pass gradients back. */
const offsetHeadScale = 0.1;

export interface DeformationBlockOptions {
  /** Features of a vertex that come in, before unpooling. */
  inputs: number;
  /** Width of the hidden features. */
  hidden: number;
  /** Residual blocks of two graph convolutions each. */
  residualBlocks: number;
  /** Width of a further graph convolution before the one that makes coordinates; 0 = none. */
  lastHidden: number;
  /** Width of the code of the whole picture; 0 = none. */
  globalCode: number;
  /** Of rectified layers; all others start as Glorot and Bengio's. */
  initialization: 'he' | 'glorot';
  /** Whether the head makes offsets, which should start small, or positions. */
  offsets: boolean;
}

/** Gets a layer's output, under the name that it has in the PyTorch port's state_dict. */
export type LayerObserver = (name: string, output: tf.Tensor3D) => void;

export class DeformationBlock {
  private readonly first: GraphConvolution;
  private readonly fromCode?: Dense;
  private readonly residuals: [GraphConvolution, GraphConvolution][];
  private readonly last?: GraphConvolution;
  private readonly head: GraphConvolution;
  private readonly support: GraphSupport;
  private readonly level: number;

  /** @param support of this block's level */
  constructor(
    parameters: Parameters,
    level: number,
    support: GraphSupport,
    {
      inputs,
      hidden,
      residualBlocks,
      lastHidden,
      globalCode,
      initialization,
      offsets,
    }: DeformationBlockOptions,
  ) {
    this.support = support;
    this.level = level;
    const name = `block.${level}`;
    const rectified: Initializer = initialization === 'he' ? heUniform : glorotUniform;
    this.first = new GraphConvolution(parameters, `${name}.first`, inputs, hidden);
    if (globalCode > 0) {
      this.fromCode = new Dense(parameters, `${name}.code`, globalCode, 2 * hidden);
    }
    this.residuals = Array.from({ length: residualBlocks }, (_, i) => [
      new GraphConvolution(parameters, `${name}.residual.${i}.0`, hidden, hidden, rectified),
      new GraphConvolution(parameters, `${name}.residual.${i}.1`, hidden, hidden, rectified),
    ]);
    if (lastHidden > 0) {
      this.last = new GraphConvolution(parameters, `${name}.last`, hidden, lastHidden, rectified);
    }
    const headInitializer = offsets ? scaled(glorotUniform, offsetHeadScale) : glorotUniform;
    this.head = new GraphConvolution(parameters, `${name}.head`, lastHidden || hidden, 3, headInitializer);
  }

  /**
   * @param features [B, V, inputs]
   * @param unpoolEdges edges of the level before, where the features are still on that level
   * @param code [B, globalCode]
   * @returns [B, V′, hidden] features and [B, V′, 3] coordinates at this level
   */
  apply(
    features: tf.Tensor3D,
    unpoolEdges: Int32Array | undefined,
    code: tf.Tensor2D | undefined,
    observe: LayerObserver,
  ): { hidden: tf.Tensor3D; coordinates: tf.Tensor3D } {
    const { level, support } = this;
    // Product and unpooling are both linear, so they commute: a quarter of the rows go through the matrix product.
    let products = this.first.products(features);
    if (this.fromCode && code) products = products.add(this.fromCode.apply(code).expandDims(1));
    if (unpoolEdges) products = graphUnpool(products, unpoolEdges);
    let hidden = this.first.mix(products, support, 'relu');
    observe(`gcns.${level}.conv1`, hidden);
    for (const [i, [a, b]] of this.residuals.entries()) {
      const inner = a.apply(hidden, support, 'relu');
      observe(`gcns.${level}.blocks.${i}.conv1`, inner);
      hidden = b.apply(inner, support, 'relu', hidden);
      observe(`gcns.${level}.blocks.${i}`, hidden);
    }
    let narrowed = hidden;
    if (this.last) {
      narrowed = this.last.apply(hidden, support, 'relu');
      observe(`gcns.${level}.conv2`, narrowed);
    }
    const coordinates = this.head.apply(narrowed, support, 'linear');
    observe(this.last ? 'gconv' : `gcns.${level}.conv2`, coordinates);
    return { hidden, coordinates };
  }
}
