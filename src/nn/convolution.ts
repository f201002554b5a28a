// Convolutions with bias and rectifier, as image encoders and decoders stack them.

import * as tf from '@tensorflow/tfjs';
import { heUniform, type Initializer, type Parameters, scaled, zeros } from './parameters.ts';

export interface ConvolutionOptions {
  inputChannels: number;
  outputChannels: number;
  kernelSize: number;
  stride: number;
  /** Default `same`. */
  padding?: ConvolutionPadding;
  /** Default `relu`. */
  activation?: 'relu' | 'linear';
  /** Of the kernel; the bias starts at zero. Default He's, for a rectifier. */
  initializer?: Initializer;
}

/**
 * Where the zeros around a picture go. Both give ⌈size / stride⌉ rows and columns for odd kernels and sizes that the stride divides, but
 * windows of a stride of 2 lie one pixel apart. `same`, as TensorFlow: as few as needed, an odd one out at the bottom and right.
 * `symmetric`, as PyTorch's `padding=k//2`: ⌊kernel size / 2⌋ on every side.
 */
export type ConvolutionPadding = 'same' | 'symmetric';

/** relu(x ∗ K + b), or without the rectifier. */
export class Convolution {
  private readonly kernel: tf.Variable<tf.Rank.R4>;
  private readonly bias: tf.Variable<tf.Rank.R1>;
  private readonly stride: number;
  private readonly pad: 'same' | number;
  private readonly activation: 'relu' | 'linear';

  constructor(parameters: Parameters, name: string, options: ConvolutionOptions) {
    const { inputChannels, outputChannels, kernelSize, stride, padding = 'same' } = options;
    const { activation = 'relu', initializer = heUniform } = options;
    const shape = [kernelSize, kernelSize, inputChannels, outputChannels];
    this.kernel = parameters.create(`${name}.kernel`, shape, initializer) as tf.Variable<tf.Rank.R4>;
    this.bias = parameters.create(`${name}.bias`, [outputChannels], zeros) as tf.Variable<tf.Rank.R1>;
    this.stride = stride;
    this.pad = padding === 'same' ? 'same' : Math.floor(kernelSize / 2);
    this.activation = activation;
  }

  /** [B, H, W, input channels] → [B, H / stride, W / stride, output channels], rounded as the padding says. */
  apply(pictures: tf.Tensor4D): tf.Tensor4D {
    return tf.fused.conv2d({
      x: pictures,
      filter: this.kernel,
      strides: this.stride,
      pad: this.pad,
      bias: this.bias,
      activation: this.activation,
    });
  }
}

export interface TransposedConvolutionOptions extends Omit<ConvolutionOptions, 'padding' | 'initializer'> {
  /** Of the kernel; the bias starts at zero. Default He's, for the stride⁻² of the taps that meet in a pixel. */
  initializer?: Initializer;
}

/** relu(K ∗ᵀ x + b), or without the rectifier: the transpose of a convolution with padding `same`, which enlarges pictures. */
export class TransposedConvolution {
  private readonly kernel: tf.Variable<tf.Rank.R4>;
  private readonly bias: tf.Variable<tf.Rank.R1>;
  private readonly stride: number;
  private readonly activation: 'relu' | 'linear';

  constructor(parameters: Parameters, name: string, options: TransposedConvolutionOptions) {
    const { inputChannels, outputChannels, kernelSize, stride, activation = 'relu', initializer } = options;
    const shape = [kernelSize, kernelSize, outputChannels, inputChannels];
    // Initializers count inputs in the last but one place.
    const draw = initializer ?? scaled(heUniform, stride);
    const drawn: Initializer = (_, random) =>
      draw([kernelSize, kernelSize, inputChannels, outputChannels], random);
    this.kernel = parameters.create(`${name}.kernel`, shape, drawn) as tf.Variable<tf.Rank.R4>;
    this.bias = parameters.create(`${name}.bias`, [outputChannels], zeros) as tf.Variable<tf.Rank.R1>;
    this.stride = stride;
    this.activation = activation;
  }

  /** [B, H, W, input channels] → [B, H · stride, W · stride, output channels]. */
  apply(pictures: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width] = pictures.shape;
    const size = [batch, height * this.stride, width * this.stride, this.bias.size] as const;
    const result = tf.conv2dTranspose(pictures, this.kernel, [...size], this.stride, 'same').add(this.bias);
    return (this.activation === 'relu' ? tf.relu(result) : result) as tf.Tensor4D;
  }
}
