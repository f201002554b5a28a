// `rastergrad predict`: a picture in, a mesh out.

import { defineCommand } from 'citty';

export default defineCommand({
  meta: { name: 'predict', description: 'Predict the mesh of the object in a picture' },
  args: {
    run: { type: 'positional', required: true, description: 'Run folder whose trained model predicts' },
    image: {
      type: 'positional',
      required: true,
      description: 'PNG of one object on a transparent background',
    },
    output: {
      type: 'string',
      alias: 'o',
      required: true,
      valueHint: 'file.obj',
      description: 'Mesh file to write',
    },
    json: { type: 'boolean', description: 'Print what was written as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'Print nothing' },
  },
  async run({ args }) {
    const { predictMesh } = await import('../experiments/predict.ts');
    const mesh = await predictMesh(args.run, args.image, args.output);
    if (args.json) process.stdout.write(`${JSON.stringify({ mesh: args.output, ...mesh })}\n`);
    else if (!args.quiet) {
      process.stdout.write(`${args.output}: ${mesh.vertexCount} vertices, ${mesh.faceCount} faces\n`);
    }
  },
});
