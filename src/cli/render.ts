// `rastergrad render`: a mesh file in, a picture out.

import { defineCommand } from 'citty';
import { integerOption, numberOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'render', description: 'Render a mesh file to a PNG with a transparent background' },
  args: {
    mesh: { type: 'positional', required: true, description: 'Mesh file, such as chair.obj' },
    output: {
      type: 'string',
      alias: 'o',
      required: true,
      valueHint: 'file.png',
      description: 'Picture to write',
    },
    azimuth: { type: 'string', default: '30', description: 'Degrees around the mesh, from +z towards +x' },
    elevation: { type: 'string', default: '20', description: 'Degrees above the horizon' },
    size: { type: 'string', default: '256', description: 'Width and height in pixels' },
    fov: { type: 'string', default: '30', description: 'Vertical field of view in degrees' },
    method: {
      type: 'string',
      default: 'hard',
      description: 'Rasterization method: its silhouette becomes the alpha',
    },
    clay: { type: 'boolean', description: 'Draw grey clay even where the mesh has colours' },
    backend: { type: 'enum', options: ['wasm', 'tensorflow', 'cpu', 'auto'], description: 'Tensor back end' },
    json: { type: 'boolean', description: 'Print what was written as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'Print nothing' },
  },
  async run({ args }) {
    if (!/\.png$/i.test(args.output)) {
      throw new UsageError(`--output is "${args.output}": expected a name that ends in .png`);
    }
    const options = {
      azimuthDegrees: numberOption('azimuth', args.azimuth, -360, 360),
      elevationDegrees: numberOption('elevation', args.elevation, -90, 90),
      size: integerOption('size', args.size, 1, 2048),
      fovDegrees: numberOption('fov', args.fov, 1, 150),
      method: { type: args.method },
      clay: args.clay ?? false,
    };
    const { useBackend } = await import('../../renderer/backend/index.ts');
    const { readMesh, writePng } = await import('../../renderer/io/index.ts');
    const { portrait } = await import('../experiments/portrait.ts');
    await useBackend(args.backend);
    await writePng(args.output, portrait(await readMesh(args.mesh), options));
    if (args.json) process.stdout.write(`${JSON.stringify({ picture: args.output, ...options })}\n`);
    else if (!args.quiet) {
      process.stdout.write(`${args.output}: ${options.size} × ${options.size} pixels\n`);
    }
  },
});
