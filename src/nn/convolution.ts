// A convolution with bias and rectifier, as image encoders stack them.

import * as tf from '@tensorflow/tfjs';
import { heUniform, type Parameters, zeros } from './parameters.ts';

export interface ConvolutionOptions {
  inputChannels: number;
  outputChannels: number;
  kernelSize: number;
  stride: number;
}

/** relu(x ∗ K + b) with zero padding, so that the output has ⌈size / stride⌉ rows and columns. */
export class Convolution {
  private readonly kernel: tf.Variable<tf.Rank.R4>;
  private readonly bias: tf.Variable<tf.Rank.R1>;
  private readonly stride: number;

  constructor(
    parameters: Parameters,
    name: string,
    { inputChannels, outputChannels, kernelSize, stride }: ConvolutionOptions,
  ) {
    const shape = [kernelSize, kernelSize, inputChannels, outputChannels];
    this.kernel = parameters.create(`${name}.kernel`, shape, heUniform) as tf.Variable<tf.Rank.R4>;
    this.bias = parameters.create(`${name}.bias`, [outputChannels], zeros) as tf.Variable<tf.Rank.R1>;
    this.stride = stride;
  }

  /** [B, H, W, input channels] → [B, ⌈H / stride⌉, ⌈W / stride⌉, output channels]. */
  apply(pictures: tf.Tensor4D): tf.Tensor4D {
    return tf.fused.conv2d({
      x: pictures,
      filter: this.kernel,
      strides: this.stride,
      pad: 'same',
      bias: this.bias,
      activation: 'relu',
    });
  }
}
