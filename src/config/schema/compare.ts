// A config that compares gradients of methods.

import { z } from 'zod';
import { count, identity, imageSize, positive } from './fields.ts';
import { anyMethod } from './method.ts';

/** What gradients can be compared for: each a mean over one picture. */
export const comparedLossNames = ['silhouette-l2', 'iou', 'color-l1', 'color-l2'] as const;

/** What a shape is to recover from in a descent. */
export const descentNames = ['translate', 'rotate', 'scale', 'deform'] as const;

const meshScene = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('A mesh file, relative to where the command runs; it is scaled to radius 1 about the origin.'),
  azimuthDegrees: z.number().min(-360).max(360).default(30).describe('From +z towards +x.'),
  elevationDegrees: z.number().min(-90).max(90).default(20).describe('Above the horizon.'),
  fovDegrees: z.number().min(1).max(150).default(40).describe('Vertical field of view.'),
  distance: z
    .number()
    .min(0)
    .default(0)
    .describe('From the middle of the mesh, in its radii; 0: as far as it takes to see all of it.'),
});

export const compareSchema = z
  .strictObject({
    task: z
      .literal('compare-gradients')
      .describe('Hold gradients of methods against the exact one (`rastergrad compare-gradients CONFIG`).'),
    ...identity,
    scenes: z
      .array(z.string())
      .default(['all'])
      .describe('Scenes by name (`rastergrad compare-gradients --list`); `all` and `furniture` are several.'),
    meshes: z
      .array(meshScene)
      .default([])
      .describe('Meshes of your own, a scene each; the target is the same mesh, turned and pushed a little.'),
    methods: z
      .array(anyMethod)
      .default([])
      .describe(
        'Methods, any of them several times with other options; an empty list takes all as they are.',
      ),
    resolutions: z
      .array(imageSize)
      .min(1)
      .default([64])
      .describe('Width and height of the pictures, in pixels.'),
    losses: z.array(z.enum(comparedLossNames)).min(1).default(['silhouette-l2']).describe('Losses.'),
    cases: count.default(20).describe('Random cases of the scene `triangle`.'),
    target: z
      .enum(['area', 'hard'])
      .default('area')
      .describe('How target pictures are sampled: `area` exactly, `hard` at pixel centres, as masks are.'),
    bias: z
      .strictObject({
        cases: z.int().min(0).default(8).describe('Random straight edges; 0 leaves the test out.'),
      })
      .prefault({})
      .describe('Where does gradient descent stop beside a straight edge?'),
    descent: z
      .strictObject({
        scenes: z
          .array(z.enum(descentNames))
          .default([...descentNames])
          .describe('What is to be recovered; an empty list leaves descents out.'),
        shape: z
          .string()
          .default('boxes')
          .describe('Scene whose shape is moved, turned and scaled; what is deformed is always a sphere.'),
        steps: count.default(60).describe('Optimiser steps.'),
        learningRate: positive
          .default(0.01)
          .describe("Adam's, for lengths in image-plane units (the picture is 2 wide), angles in radians."),
        resolution: imageSize.default(64).describe('Width and height of the pictures, in pixels.'),
      })
      .prefault({})
      .describe('The same optimisation with every method.'),
    pictures: z
      .strictObject({
        resolution: z
          .int()
          .min(0)
          .max(256)
          .default(48)
          .describe('Side of the pictures with arrows and of the gradient maps, in pixels; 0: none.'),
      })
      .prefault({})
      .describe('What the page shows of each scene; made for the first of the losses.'),
  })
  .describe('Gradients of every method beside the exact gradient of the visible picture.');

export type CompareConfig = z.output<typeof compareSchema>;
