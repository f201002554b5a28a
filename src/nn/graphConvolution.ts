// Graph convolution with two supports, the identity and a neighbourhood matrix S: y = act(X·W₀ + S·X·W₁ + b)
// (Pixel2Mesh, Wang et al. 2018, equation 1). Both dense products are one, X·[W₀ W₁]; one fused loop does the rest. On the wasm back end
// all of it is one operation, whose products are never kept.

import * as tf from '@tensorflow/tfjs';
import { hostFunction, multiply, type Simd, simd, takeProductWork } from '../../renderer/backend/index.ts';
import type { GraphSupport } from './graphSupport.ts';
import { type GraphActivation, mixBackwardCompiled, mixCompiled, mixNeighbours } from './mixNeighbours.ts';
import { glorotUniform, type Initializer, type Parameters, zeros } from './parameters.ts';

/** The whole convolution as one operation of the wasm back end: arguments as those of `GraphConvolution.apply`. */
function convolveGraph(
  features: tf.Tensor3D,
  weights: tf.Tensor2D,
  bias: tf.Tensor1D,
  support: GraphSupport,
  activation: GraphActivation,
  residual?: tf.Tensor3D,
): tf.Tensor3D {
  const [batch, vertexCount, inputs] = features.shape;
  const columns = weights.shape[1];
  const sizes = { batch, vertexCount, channels: columns / 2 };
  const rows = batch * vertexCount;
  /** The compiled kernels, with room for the products and for the making of one. */
  const atWork = () => {
    const compiled: Simd = simd()!;
    return {
      compiled,
      products: compiled.scratch.take(4 * rows * columns),
      work: takeProductWork(),
    };
  };
  return hostFunction<Uint8Array>({
    inputs: residual ? [features, weights, bias, residual] : [features, weights, bias],
    shape: [batch, vertexCount, sizes.channels],
    fills: 'output and gradients',
    forward([x, w, b, r], output) {
      const { compiled, products, work } = atWork();
      multiply({ m: rows, n: columns, k: inputs, a: x.byteOffset, b: w.byteOffset, c: products }, work);
      const addresses = {
        products,
        bias: b.byteOffset,
        residual: r?.byteOffset ?? 0,
        output: output.byteOffset,
      };
      return mixCompiled(compiled, addresses, support, sizes, activation === 'relu');
    },
    backward(upstream, [x, w], [dx, dw, db, dr], active) {
      const { compiled, products, work } = atWork();
      const gradients = { products, bias: db, residual: dr?.byteOffset ?? 0 };
      mixBackwardCompiled(compiled, upstream.byteOffset, active, support, sizes, gradients);
      const [a, b] = [x.byteOffset, w.byteOffset];
      multiply({ m: rows, n: inputs, k: columns, a: products, b, transposeB: true, c: dx.byteOffset }, work);
      multiply({ m: inputs, n: columns, k: rows, a, transposeA: true, b: products, c: dw.byteOffset }, work);
    },
  }) as tf.Tensor3D;
}

/** The parameters of one graph convolution. */
export class GraphConvolution {
  private readonly weights: tf.Variable<tf.Rank.R2>;
  private readonly bias: tf.Variable<tf.Rank.R1>;
  readonly outputs: number;

  constructor(
    parameters: Parameters,
    name: string,
    inputs: number,
    outputs: number,
    initializer: Initializer = glorotUniform,
  ) {
    // W₀ and W₁ side by side; each is initialised as the [inputs, outputs] matrix that it is.
    const sideBySide: Initializer = (_shape, random) => {
      const halves = ['self', 'neighbours'].map((half) => initializer([inputs, outputs], random.split(half)));
      return Float32Array.from({ length: inputs * 2 * outputs }, (_, i) => {
        const column = i % (2 * outputs);
        const row = (i - column) / (2 * outputs);
        return halves[Math.floor(column / outputs)][row * outputs + (column % outputs)];
      });
    };
    this.weights = parameters.create(
      `${name}.weights`,
      [inputs, 2 * outputs],
      sideBySide,
    ) as tf.Variable<tf.Rank.R2>;
    this.bias = parameters.create(`${name}.bias`, [outputs], zeros) as tf.Variable<tf.Rank.R1>;
    this.outputs = outputs;
  }

  /** X·[W₀ W₁]: [B, V, inputs] → [B, V, 2·outputs]. Linear, so that unpooling may come after it at a quarter of the cost. */
  products(features: tf.Tensor3D): tf.Tensor3D {
    const [batch, vertexCount, inputs] = features.shape;
    const rows = features.reshape([batch * vertexCount, inputs]) as tf.Tensor2D;
    return tf.matMul(rows, this.weights).reshape([batch, vertexCount, 2 * this.outputs]);
  }

  /** The rest of the convolution, on what `products` returned. */
  mix(
    products: tf.Tensor3D,
    support: GraphSupport,
    activation: GraphActivation,
    residual?: tf.Tensor3D,
  ): tf.Tensor3D {
    return mixNeighbours(products, this.bias, support, activation, residual);
  }

  /** [B, V, inputs] → [B, V, outputs]. */
  apply(
    features: tf.Tensor3D,
    support: GraphSupport,
    activation: GraphActivation,
    residual?: tf.Tensor3D,
  ): tf.Tensor3D {
    if (tf.getBackend() === 'wasm') {
      return convolveGraph(features, this.weights, this.bias, support, activation, residual);
    }
    return this.mix(this.products(features), support, activation, residual);
  }
}
