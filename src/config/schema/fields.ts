// Fields that several kinds of config share, and the numbers that fields are made of.

import { z } from 'zod';
import { mathNames, mostThreads } from '../../../renderer/backend/index.ts';
import { method } from './method.ts';

/** Longest side of a rendered or read picture, in pixels. */
export const imageSize = z.int().min(8).max(1024);
export const positive = z.number().gt(0);
export const count = z.int().min(1);

export const identity = {
  name: z
    .string()
    .regex(/^\w[\w.,=-]*$/, 'letters, digits and any of "._-,=", not starting with one of ".-,="')
    .default('run')
    .describe(
      "Names the run's folder. Defaults to the config file's own name; never inherited by `extends`.",
    ),
  description: z
    .string()
    .default('')
    .describe('One or two sentences for the report: what is tried, and why. Never inherited by `extends`.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1)
    .describe('Seed of everything random: initial weights, order of objects, choice of views and points.'),
  backend: z
    .enum(['wasm', 'tensorflow', 'webgpu', 'cpu', 'auto'])
    .default('wasm')
    .describe(
      'Tensor back end. `tensorflow` needs @tensorflow/tfjs-node or -node-gpu; `auto` takes it where installed. `webgpu` does not run ' +
        'experiments yet.',
    ),
  math: z
    .enum(mathNames)
    .default('auto')
    .describe(
      'What computes the matrix products of the wasm back end. `openblas` needs the package koffi and the library OpenBLAS; `auto` ' +
        'takes it where both are installed. Results agree to float32 rounding; with `wasm` they are the same on every run and machine ' +
        'of a kind, for any split of a batch.',
    ),
  threads: z
    .union([z.literal('auto'), z.int().min(1).max(mostThreads)])
    .default('auto')
    .describe(
      'In how many threads the kernels of the wasm back end run: those of drawing, and of products where OpenBLAS, which has threads of ' +
        'its own, is not in use. `auto`: as many as there are cores, up to 4. Results are the same for any number.',
    ),
};

export const schedule = z
  .enum(['cosine', 'constant'])
  .default('cosine')
  .describe('Course of the learning rate after the warm-up: `cosine` falls to 0 at the last step.');

export const renderer = z
  .strictObject({
    method,
    perspectiveCorrect: z
      .boolean()
      .default(true)
      .describe(
        'Interpolate attributes perspective-correctly; false: affinely on the picture, as DIB-R does.',
      ),
    imageSize: imageSize.default(64).describe('Width and height of the rendered pictures, in pixels.'),
  })
  .prefault({})
  .describe('How predictions are rendered for the 2D losses.');

export const report = z
  .strictObject({
    objects: z.int().min(0).default(12).describe('Number of objects whose pictures and meshes are kept.'),
  })
  .prefault({})
  .describe('What report.html shows.');

export type RendererConfig = z.output<typeof renderer>;
