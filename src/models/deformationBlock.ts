// One deformation block of Pixel2Mesh: graph convolutions that move the vertices of one level.

import type * as tf from '@tensorflow/tfjs';
import {
  Dense,
  GraphConvolution,
  type GraphSupport,
  glorotUniform,
  graphUnpool,
  heUniform,
  type Parameters,
  scaled,
} from '../nn/index.ts';

/** Start size of the heads: small enough for the first meshes to be the template, large enough to pass gradients back. */
const headScale = 0.1;

export interface DeformationBlockOptions {
  /** Features of a vertex that come in, before unpooling. */
  inputs: number;
  /** Width of the hidden features. */
  hidden: number;
  /** Residual blocks of two graph convolutions each. */
  residualBlocks: number;
  /** Width of the code of the whole picture; 0 = none. */
  globalCode: number;
}

export class DeformationBlock {
  private readonly first: GraphConvolution;
  private readonly fromCode?: Dense;
  private readonly residuals: [GraphConvolution, GraphConvolution][];
  private readonly head: GraphConvolution;
  private readonly support: GraphSupport;
  private readonly unpoolEdges?: Int32Array;

  /**
   * @param support of this block's level
   * @param unpoolEdges the edges of the level before, when the features that come in are still there
   */
  constructor(
    parameters: Parameters,
    name: string,
    support: GraphSupport,
    unpoolEdges: Int32Array | undefined,
    { inputs, hidden, residualBlocks, globalCode }: DeformationBlockOptions,
  ) {
    this.support = support;
    this.unpoolEdges = unpoolEdges;
    this.first = new GraphConvolution(parameters, `${name}.first`, inputs, hidden);
    if (globalCode > 0) {
      this.fromCode = new Dense(parameters, `${name}.code`, globalCode, 2 * hidden);
    }
    this.residuals = Array.from({ length: residualBlocks }, (_, i) => [
      new GraphConvolution(parameters, `${name}.residual.${i}.0`, hidden, hidden, heUniform),
      new GraphConvolution(parameters, `${name}.residual.${i}.1`, hidden, hidden, heUniform),
    ]);
    this.head = new GraphConvolution(parameters, `${name}.head`, hidden, 3, scaled(glorotUniform, headScale));
  }

  /**
   * @param features [B, V, inputs] at the level before, or at this level for the first block
   * @param code [B, globalCode]
   * @returns [B, V', hidden] features and [B, V', 3] offsets at this level
   */
  apply(features: tf.Tensor3D, code?: tf.Tensor2D): { hidden: tf.Tensor3D; offsets: tf.Tensor3D } {
    // Product and unpooling are both linear, so they commute: a quarter of the rows go through the matrix product.
    let products = this.first.products(features);
    if (this.fromCode && code) products = products.add(this.fromCode.apply(code).expandDims(1));
    if (this.unpoolEdges) products = graphUnpool(products, this.unpoolEdges);
    let hidden = this.first.mix(products, this.support, 'relu');
    for (const [a, b] of this.residuals) {
      hidden = b.apply(a.apply(hidden, this.support, 'relu'), this.support, 'relu', hidden);
    }
    return { hidden, offsets: this.head.apply(hidden, this.support, 'linear') };
  }
}
