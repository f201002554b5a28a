// A config that fits meshes to pictures.

import { z } from 'zod';
import { losses } from '../../losses/index.ts';
import { templateLevel, templateRadii } from '../../models/index.ts';
import { withDefaultType } from '../../models/typedUnion.ts';
import { count, identity, positive, renderer, report, schedule } from './fields.ts';
import { lossMapping, lossTerms, requireLoss } from './lossTerms.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const folder = z.string().default('');
const rate = z.number().min(0);

const heldOut = z.int().min(0);

const datasetTarget = z.strictObject({
  type: z.literal('dataset').describe('Objects of a data set, one fit each.'),
  name: z
    .string()
    .min(1)
    .default('furniture-views')
    .describe('A data set by name (`rastergrad dataset list`), or the folder of one.'),
  objects: z
    .union([count, z.array(z.string()).min(1)])
    .default(10)
    .describe('Objects to fit, one after another: a list of ids, or how many of the test split.'),
  fit: count.default(20).describe("Pictures of an object to fit to; the object's others are held out."),
});

const lightFields = {
  ambient: triple.default([0.3, 0.3, 0.3]).describe('Linear colour of light from everywhere.'),
  color: triple.default([0.7, 0.7, 0.7]).describe('Linear colour of the lamp.'),
  direction: triple.default([0, 1, 1]).describe('From the surface towards the lamp, which is far away.'),
};

const meshTarget = z.strictObject({
  type: z.literal('mesh').describe('A mesh file, drawn from all around.'),
  file: z.string().min(1).describe('The file, relative to where the command runs; scaled to radius 0.5.'),
  fit: count.default(20).describe('Pictures to fit to.'),
  heldOut: heldOut.default(10).describe('Pictures that are only compared with, from directions between.'),
  fovDegrees: z.number().min(1).max(150).default(30).describe('Vertical field of view.'),
  elevationsDegrees: z
    .tuple([z.number().min(-90).max(90), z.number().min(-90).max(90)])
    .default([-20, 70])
    .describe('Least and greatest height of the cameras above the horizon.'),
  light: z.strictObject(lightFields).optional().describe('How it is lit; absent: its colours as they are.'),
});

const captureTarget = z.strictObject({
  type: z.literal('capture').describe('Photographs with cameras (docs/captures.md).'),
  path: z
    .string()
    .min(1)
    .describe('A transforms.json, or the folder of one, of a COLMAP model, or of renderings of R2N2.'),
  images: folder.describe("Folder of the photographs, relative to the capture's; empty: as its files say."),
  masks: folder.describe('Folder of masks, white on the object; empty: the alpha of the photographs.'),
  allowOutside: z.boolean().default(false).describe('Read files that lie outside of the capture’s folder.'),
  heldOut: heldOut.default(4).describe('Photographs that are only compared with, spread evenly.'),
  center: triple.default([0, 0, 0]).describe('Where the object is, in the unit of the files.'),
  radius: z.number().min(0).default(0).describe('Its radius there; 0: where cameras or points say it is.'),
});

export const fitSchema = z
  .strictObject({
    task: z.literal('fit').describe('Fit one mesh an object to pictures of it.'),
    ...identity,
    target: withDefaultType(
      'dataset',
      z.discriminatedUnion('type', [datasetTarget, meshTarget, captureTarget]),
    )
      .prefault({ type: 'dataset' })
      .describe('What is fitted to. A `type` other than the inherited one drops its options.'),
    start: withDefaultType(
      'icosphere',
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('icosphere').describe('An ellipsoid of nearly equal faces.'),
          level: templateLevel.default(3),
          radii: templateRadii.default([0.35, 0.35, 0.35]),
        }),
        z.strictObject({
          type: z.literal('uvSphere').describe('A sphere with texture coordinates.'),
          segments: z
            .int()
            .min(3)
            .max(512)
            .default(48)
            .describe('Faces around; half as many from pole to pole.'),
          radius: positive.default(0.35).describe('Its radius; that of the object is 0.5.'),
        }),
        z.strictObject({
          type: z.literal('mesh').describe('A mesh file, scaled to radius 0.5.'),
          file: z.string().min(1).describe('The file, relative to where the command runs.'),
        }),
      ]),
    )
      .prefault({ type: 'icosphere' })
      .describe('The mesh that is deformed. A `type` other than the inherited one drops its options.'),
    geometry: z
      .strictObject({
        learningRate: rate
          .default(0.01)
          .describe("Adam's learning rate for vertices; 0 leaves them where they are."),
        largeSteps: z
          .number()
          .min(0)
          .default(0)
          .describe('λ of the smoothing parameters of Nicolet et al. 2021, such as 19; 0: none.'),
      })
      .prefault({})
      .describe('Whether and how the shape is fitted. The object has a radius of 0.5.'),
    paint: withDefaultType(
      'vertices',
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('vertices').describe('One colour a vertex.'),
          learningRate: positive.default(0.05).describe("Adam's learning rate for linear colours."),
        }),
        z.strictObject({
          type: z
            .literal('texture')
            .describe(
              'Textures in place of those of the start mesh; one, where it has texture coordinates alone.',
            ),
          learningRate: positive.default(0.05).describe("Adam's learning rate for linear texels."),
          size: z.int().min(1).max(4096).default(256).describe('Its width and height.'),
        }),
        z.strictObject({ type: z.literal('own').describe("The start mesh's own colours, as they are.") }),
      ]),
    )
      .prefault({ type: 'vertices' })
      .describe('How colours are fitted. A `type` other than the inherited one drops its options.'),
    light: withDefaultType(
      'none',
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('none').describe('Colours are what the pictures show.') }),
        z.strictObject({
          type: z.literal('lamp').describe('Ambient light and one far lamp, from a first guess.'),
          learningRate: positive.default(0.02).describe("Adam's learning rate for colours and direction."),
          ...lightFields,
        }),
        z.strictObject({
          type: z.literal('sphericalHarmonics').describe('Light from all around by nine coefficients.'),
          learningRate: positive.default(0.02).describe("Adam's learning rate for them."),
        }),
      ]),
    )
      .prefault({ type: 'none' })
      .describe(
        'What lights the mesh, found along with it. A `type` other than the inherited one drops its options.',
      ),
    pose: z
      .strictObject({
        learningRate: rate
          .default(0)
          .describe("Adam's learning rate for radians and lengths; 0 leaves the pose as it is."),
        startRotationDegrees: triple.default([0, 0, 0]).describe('First guess: axis times angle.'),
        startTranslation: triple
          .default([0, 0, 0])
          .describe('First guess of the shift that follows the turn.'),
      })
      .prefault({})
      .describe('Where the whole mesh is put.'),
    losses: lossMapping(
      z.strictObject(
        lossTerms(
          losses.filter((loss) => loss.kind === '2d' || (loss.kind === '3d' && !loss.comparesSurface)),
        ),
      ),
    ),
    renderer,
    fitting: z
      .strictObject({
        steps: count.default(300).describe('Optimiser steps an object.'),
        viewsPerStep: count.default(4).describe('Pictures that a step compares with.'),
        schedule,
      })
      .prefault({})
      .describe('The optimisation.'),
    report,
  })
  .superRefine((config, context) => {
    requireLoss(config.losses, context);
    const { geometry, paint, light, pose, start, target } = config;
    if (target.type === 'mesh' && target.elevationsDegrees[0] > target.elevationsDegrees[1]) {
      const message = `the least is ${target.elevationsDegrees[0]}, above the greatest, ${target.elevationsDegrees[1]}`;
      context.addIssue({ code: 'custom', path: ['target', 'elevationsDegrees'], message });
    }
    const isFixed = paint.type === 'own' && light.type === 'none';
    if (isFixed && geometry.learningRate === 0 && pose.learningRate === 0) {
      const message =
        'nothing is fitted; give geometry or pose a learning rate, or choose a paint or a light';
      context.addIssue({ code: 'custom', path: ['geometry', 'learningRate'], message });
    }
    if (paint.type === 'texture' && start.type === 'icosphere') {
      const message =
        'an icosphere has no texture coordinates: choose the start uvSphere, or a mesh that has some';
      context.addIssue({ code: 'custom', path: ['paint', 'type'], message });
    }
  })
  .describe('Meshes fitted to pictures directly, with no network.');

export type FitConfig = z.output<typeof fitSchema>;
export type FitLosses = FitConfig['losses'];
