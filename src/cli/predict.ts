// `rastergrad predict`: pictures in, meshes out.

import { stat } from 'node:fs/promises';
import { defineCommand } from 'citty';
import type { PredictedPicture } from '../experiments/predict.ts';
import { integerOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'predict', description: 'Predict the mesh of the object in each of some pictures' },
  args: {
    run: {
      type: 'positional',
      required: false,
      description:
        'Run folder whose trained model predicts; without one, the model that comes along: furniture',
    },
    image: {
      type: 'positional',
      required: false,
      valueHint: 'IMAGE …',
      description: 'PNG or JPEG of one object on a transparent or a white background',
    },
    output: {
      type: 'string',
      alias: 'o',
      valueHint: 'folder',
      description:
        'Folder for meshes and turntables, or a mesh file, .obj or .glb. Default: RUN/predictions, or predictions',
    },
    views: { type: 'string', default: '8', description: 'Views of the mesh in a turntable; 0: none is made' },
    'keep-framing': {
      type: 'boolean',
      description: 'Show the network whole pictures, without centring and scaling what is in them',
    },
    checkpoint: {
      type: 'enum',
      options: ['last', 'best'],
      description:
        "Weights to predict with: the last ones, or of the best validation; the config's by default",
    },
    json: { type: 'boolean', description: 'Print what was written as one JSON object a picture' },
    quiet: { type: 'boolean', alias: 'q', description: 'Print nothing but errors' },
  },
  async run({ args }) {
    const { run, images } = await runAndImages(args._);
    const { output, json = false, quiet = false } = args;
    const views = integerOption('views', args.views, 0, 360);
    const { predictMeshes } = await import('../experiments/predict.ts');
    const outcomes = await predictMeshes(run, images, {
      output,
      views,
      keepFraming: args['keep-framing'],
      checkpoint: args.checkpoint,
      onPicture(outcome) {
        if ('error' in outcome) process.stderr.write(`rastergrad: ${outcome.error.message}\n`);
        if (json) process.stdout.write(`${JSON.stringify(outcome, errorAsText)}\n`);
        else if (!quiet && !('error' in outcome)) process.stdout.write(`${line(outcome)}\n`);
      },
    });
    return outcomes.some((outcome) => 'error' in outcome) ? 1 : 0;
  },
});

/** Undefined for a run where the first argument is a picture. */
async function runAndImages([first, ...others]: string[]): Promise<{ run?: string; images: string[] }> {
  if (first === undefined) throw new UsageError('expected pictures, or a run folder and pictures');
  const isFile = await stat(first).then(
    (entry) => entry.isFile(),
    () => /\.(png|jpe?g)$/i.test(first),
  );
  if (isFile) return { images: [first, ...others] };
  if (others.length === 0) throw new UsageError(`expected pictures after the run folder "${first}"`);
  return { run: first, images: others };
}

/** "chair.png: 642 vertices, 1280 faces, 21 ms; white background assumed → predictions/chair.obj, …" */
function line({ image, files, vertexCount, faceCount, milliseconds, background }: PredictedPicture): string {
  const time = milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
  const assumed = background === 'white' ? '; white background assumed' : '';
  return `${image}: ${vertexCount} vertices, ${faceCount} faces, ${time} ms${assumed} → ${files.join(', ')}`;
}

/** An error in JSON is its message. */
const errorAsText = (_: string, value: unknown) => (value instanceof Error ? value.message : value);
