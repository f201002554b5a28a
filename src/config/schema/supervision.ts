// What of its data a training gets to see: how many pictures, how good they are, and how many surfaces.

import { z } from 'zod';
import { viewChoices } from '../../training/viewChoice.ts';
import { count } from './fields.ts';

const share = z.number().min(0).max(1);
const size = z.number().min(0);

export const supervision = z
  .strictObject({
    views: count
      .default(2)
      .describe('Pictures of an object that 2D losses compare with: the input view and others.'),
    choice: z
      .enum(viewChoices)
      .default('random')
      .describe(
        'Which others: `random` ones, new every time; those `nearest` to the input view; or `spread`, the one farthest from it first.',
      ),
    viewsPerObject: z
      .union([z.literal('all'), count, z.array(z.int().min(0)).min(1).max(1024)])
      .default('all')
      .describe(
        'Pictures of an object that there are for training, inputs included: all, so many (drawn by the seed; fewer are among more), or ' +
          'those of the numbers listed, from 0.',
      ),
    levels: count.default(1).describe('How many of the finest meshes the 2D losses look at.'),
    masks: z
      .enum(['antialiased', 'hard'])
      .default('antialiased')
      .describe('True silhouettes as they are, or 0 and 1 on either side of 0.5.'),
    maskNoise: z
      .strictObject({
        boundary: size.max(64).default(0).describe('Most pixels by which an outline errs, in or out.'),
        holes: share
          .default(0)
          .describe('Probability of a hole in each of 8 × 8 tiles of a picture, up to as wide as the tile.'),
      })
      .prefault({})
      .describe('Errors of true silhouettes, as of a segmentation: of a picture the same in every step.'),
    poseNoise: z
      .strictObject({
        degrees: size
          .max(180)
          .default(0)
          .describe('Standard deviation of a turn about the object, about each axis.'),
        shift: size
          .default(0)
          .describe("Standard deviation of a shift along each axis, in the data set's unit."),
      })
      .prefault({})
      .describe(
        'Errors of the cameras of supervising pictures, of a picture the same in every step; the input view is where it is.',
      ),
    poseRefinement: z
      .strictObject({
        learningRate: size
          .max(1)
          .default(0)
          .describe(
            "Adam's learning rate, at its peak, of a turn (radians) and a shift of each supervising picture's camera; 0: cameras stay.",
          ),
      })
      .prefault({})
      .describe('Cameras that are learnt together with the network.'),
    labels3d: share
      .default(1)
      .describe(
        'Share of the training objects, drawn by the seed, of whose surface the 3D losses know; fewer are among more.',
      ),
  })
  .superRefine(({ views, viewsPerObject }, context) => {
    const existing = Array.isArray(viewsPerObject) ? new Set(viewsPerObject).size : viewsPerObject;
    if (existing === 'all' || existing >= views) return;
    context.addIssue({
      code: 'custom',
      path: ['views'],
      message: `${views} is more than the ${existing} pictures of an object that viewsPerObject leaves`,
    });
  })
  .prefault({})
  .describe('What training gets to see.');
