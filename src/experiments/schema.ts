// What an experiment config may say: every field with its type, range, default and meaning. The checks, the types, the JSON
// Schema that `rastergrad schema` prints and docs/config.md all come from here; losses and methods from their registries.

import { z } from 'zod';
import { mathNames } from '../../renderer/backend/index.ts';
import {
  type GradientMethod,
  type MethodOption,
  type MethodOptions,
  methods,
  type OptionValue,
} from '../../renderer/methods/index.ts';
import { type Loss, type LossPresetName, type LossSettings, losses, lossPresets } from '../losses/index.ts';
import { protocols } from '../metrics/index.ts';
import { type ModelOptions, modelOf, models, templateLevel, templateRadii } from '../models/index.ts';
import { typedUnion, withDefaultType } from '../models/typedUnion.ts';
import { isFields, mergeFields } from './overrides.ts';

/** Longest side of a rendered or read picture, in pixels. */
const imageSize = z.int().min(8).max(1024);
const positive = z.number().gt(0);
const count = z.int().min(1);

/** Also an option of the command line. */
export const mostEmdPoints = 4096;
const emdPoints = z
  .int()
  .min(0)
  .max(mostEmdPoints)
  .default(0)
  .describe(
    "Most points a side for the protocols' earth mover's distance: exact up to 1024, entropic above; 0: none.",
  );

const identity = {
  name: z
    .string()
    .regex(/^\w[\w.-]*$/, 'letters, digits, ".", "_" and "-", not starting with "." or "-"')
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
};

const source = {
  dataset: z
    .strictObject({
      name: z
        .string()
        .min(1)
        .default('furniture-mini')
        .describe('A data set by name (`rastergrad dataset list`), or the folder of one.'),
      categories: z
        .array(z.string())
        .default([])
        .describe('Only objects of these categories, such as `[chair, sofa]`; an empty list takes all.'),
      onBadSample: z
        .enum(['stop', 'skip'])
        .default('stop')
        .describe(
          'What a sample with a missing or damaged file does: `stop` ends the run and names it, `skip` takes the next sample instead and lists the file in bad-samples.jsonl.',
        ),
      workers: z
        .union([z.int().min(0).max(64), z.literal('auto')])
        .default('auto')
        .describe(
          'Threads that read files of a ShapeNetP2M folder ahead; 0: none; `auto`: one less than cores, 1 to 4. Results are the same.',
        ),
      cacheMegabytes: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(512)
        .describe('Memory for pictures and points that are kept for when they are asked for again.'),
    })
    .prefault({})
    .describe('Where the objects come from.'),
};

/** What a loss looks at. */
const lossKinds: Record<Loss['kind'], string> = {
  '3d': '3D loss',
  '2d': '2D loss',
  weights: 'loss on parameters',
};

const lossTerm = ({ name, kind, description, settings }: Loss) =>
  z
    .strictObject({
      weight: z
        .number()
        .min(0)
        .default(0)
        .describe(`Weight of the ${lossKinds[kind]} "${name}"; 0 switches it off. ${sentence(description)}`),
      ...settings.shape,
    })
    .prefault({}) as unknown as z.ZodPrefault<z.ZodType<LossSettings>>;

const lossTerms = (chosen: readonly Loss[]) =>
  Object.fromEntries(chosen.map((loss) => [loss.name, lossTerm(loss)]));

const lossMapping = (terms: z.ZodType<Record<string, LossSettings>, object>) =>
  terms.prefault({}).describe('Loss terms; what is minimised is their weighted sum.');

const presetNames = Object.keys(lossPresets) as [LossPresetName];

// A preset is taken in before anything is checked, as `extends` is, and like that is gone from what the check returns.
const presetLossTerms = z.preprocess(
  (fields) =>
    isFields(fields) && presetNames.includes(fields.preset as LossPresetName)
      ? mergeFields(lossPresets[fields.preset as LossPresetName], fields)
      : fields,
  z
    .strictObject({
      preset: z
        .enum(presetNames)
        .default('none')
        .describe(
          "Weights and settings of Pixel2Mesh's losses, of which fields here replace single ones: `official` has those of the " +
            'authors’ code, `pytorch` those of noahcao/Pixel2Mesh.',
        ),
      ...lossTerms(losses),
    })
    .transform(({ preset: _, ...terms }) => terms),
) as unknown as z.ZodType<Record<string, LossSettings>, object>;

const schedule = z
  .enum(['cosine', 'constant'])
  .default('cosine')
  .describe('Course of the learning rate after the warm-up: `cosine` falls to 0 at the last step.');

/** A method's options as its own table lists them. */
const methodVariant = ({ type, summary, options }: GradientMethod) =>
  z.strictObject({
    type: z.literal(type).describe(sentence(summary)),
    ...Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        methodOption(option)
          .default(option.default)
          .describe(sentence(optionDescription(option))),
      ]),
    ),
  });

function methodOption(option: MethodOption): z.ZodType<OptionValue> {
  if ('choices' in option) return z.enum(option.choices as [string]);
  if (!('range' in option)) return z.boolean();
  const { integer, range, word } = option;
  const number = (integer ? z.int() : z.number()).min(range[0]).max(range[1]);
  return word === undefined ? number : z.union([number, z.literal(word)]);
}

/** The option's own description, with its unit and the values that make sense. */
function optionDescription(option: MethodOption): string {
  if (!('range' in option)) return option.description;
  const { description, unit, useful } = option;
  const notes = [unit && `in ${unit}`, useful && `useful from ${useful.join(' to ')}`].filter(Boolean);
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
}

// The variants are known at run time only (`registerMethod`); to the compiler they are what the registry says of any method.
const anyMethod = z.lazy(() =>
  z.discriminatedUnion(
    'type',
    methods.list().map(methodVariant) as unknown as [ReturnType<typeof methodVariant>],
  ),
) as unknown as z.ZodType<MethodOptions, MethodOptions>;

const method = anyMethod
  .prefault({ type: 'dibr' })
  .describe(
    'How the rasterizer is made differentiable. A `type` other than the inherited one drops its options.',
  );

const model = typedUnion<ModelOptions>(models)
  .prefault({ type: models[0].type })
  .describe(
    'The network. A `type` other than the inherited one drops its options; without any it is pixel2mesh.',
  );

const renderer = z
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

const report = z
  .strictObject({
    objects: z.int().min(0).default(12).describe('Number of objects whose pictures and meshes are kept.'),
  })
  .prefault({})
  .describe('What report.html shows.');

const trainSchema = z
  .strictObject({
    task: z.literal('train').describe('Train a network that predicts meshes from one picture.'),
    ...identity,
    ...source,
    model,
    losses: lossMapping(presetLossTerms),
    supervision: z
      .strictObject({
        views: count
          .default(2)
          .describe('Pictures of an object that 2D losses compare with: the input view and random others.'),
        levels: count.default(1).describe('How many of the finest meshes the 2D losses look at.'),
      })
      .prefault({})
      .describe('What the 2D losses get to see.'),
    renderer,
    training: z
      .strictObject({
        steps: z
          .int()
          .min(0)
          .default(1000)
          .describe('Optimiser steps; 0 evaluates the start weights as they are.'),
        startWeights: z
          .string()
          .default('')
          .describe(
            'Safetensors file of weights to start from, with the names of the PyTorch port (`rastergrad weights`); empty: random ones.',
          ),
        batchSize: count.default(4).describe('Objects a step.'),
        learningRate: positive.default(3e-3).describe("Adam's learning rate at its peak."),
        schedule,
        warmupSteps: z.int().min(0).default(0).describe('Steps over which the learning rate rises from 0.'),
        clipNorm: z
          .number()
          .min(0)
          .default(0)
          .describe('Largest norm of the whole gradient, which is scaled down to it; 0: no limit.'),
        mirror: z.boolean().default(true).describe('Show every other object mirrored, at random.'),
        targetPoints: count.default(500).describe('Surface points of an object that a step compares with.'),
        validateEvery: z.int().min(0).default(200).describe('Steps between validations; 0: only at the end.'),
        checkpointEvery: z
          .int()
          .min(0)
          .default(200)
          .describe('Steps between checkpoints; 0: only at the end.'),
        keepCheckpoints: count.default(2).describe('Number of latest checkpoints that are kept.'),
      })
      .prefault({})
      .describe('The optimisation.'),
    evaluation: z
      .strictObject({
        split: z
          .enum(['validation', 'test'])
          .default('test')
          .describe('Objects that the final table is about. Tune on `validation`.'),
        views: count.default(3).describe('Pictures of an object that are predicted from, one at a time.'),
        points: count.default(2000).describe('Surface points that chamfer distance and F-score compare.'),
        fThreshold: positive
          .default(0.05)
          .describe(
            "Distance within which a point counts as matched by the F-score, in the data set's unit.",
          ),
        protocols: z
          .array(z.enum(protocols.map(({ name }) => name)))
          .default([])
          .describe(
            'Protocols of papers that get tables of their own (docs/metrics.md), such as `[pixel2mesh, meshrcnn]`.',
          ),
        emdPoints,
      })
      .prefault({})
      .describe('The numbers at the end.'),
    report,
  })
  .superRefine((config, context) => {
    const levels = modelOf(config.model).levelCount(config.model);
    if (config.supervision.levels > levels) {
      context.addIssue({
        code: 'custom',
        path: ['supervision', 'levels'],
        message: `${config.supervision.levels} is more than the ${levels} meshes that the model predicts`,
      });
    }
    requireLoss(config.losses, context);
  })
  .describe('A network that predicts meshes from one picture.');

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

const fitSchema = z
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

const compareSchema = z
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

/** Every config, distinguished by its `task`. */
export const configSchema = z.discriminatedUnion('task', [trainSchema, fitSchema, compareSchema]);

export type Config = z.output<typeof configSchema>;
export type TrainConfig = z.output<typeof trainSchema>;
export type FitConfig = z.output<typeof fitSchema>;
/** What runs into a run folder. */
export type ExperimentConfig = TrainConfig | FitConfig;
export type CompareConfig = z.output<typeof compareSchema>;
export type RendererConfig = z.output<typeof renderer>;
export type TrainLosses = TrainConfig['losses'];
export type FitLosses = FitConfig['losses'];

/** Fields that a config says for itself alone: `extends` does not hand them down. */
export const OWN_FIELDS = ['name', 'description'] as const;

/** At least one loss must look at what is predicted; small parameters by themselves are no aim. */
function requireLoss(terms: Record<string, LossSettings>, context: z.RefinementCtx): void {
  const names = losses
    .filter(({ name, kind }) => name in terms && kind !== 'weights')
    .map(({ name }) => name);
  if (names.some((name) => terms[name].weight > 0)) return;
  context.addIssue({
    code: 'custom',
    path: ['losses'],
    message: `every weight is 0; give one of ${names.join(', ')} a weight above 0`,
  });
}

/** Capitalised, unless it starts with a symbol such as "s in exp(…)", and closed by a full stop. */
function sentence(text: string): string {
  const capital = /^\p{Ll}{2}/u.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${capital}${text.slice(1)}.`;
}
