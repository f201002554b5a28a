// `rastergrad render`: mesh files in, a picture out, of one view or of many, as a sheet or animated.

import path from 'node:path';
import { defineCommand } from 'citty';
import type { NdArray } from 'ndarray';
import type { MeshPicturesOptions } from '../experiments/meshPictures.ts';
import { integerOption, numberOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

/** Of an animated turn. */
const VIEWS_OF_A_TURN = 36;
const MILLISECONDS_OF_A_TURN = 4000;

export default defineCommand({
  meta: {
    name: 'render',
    description: 'Render mesh files to a PNG: one picture, a contact sheet or an animation',
  },
  args: {
    mesh: {
      type: 'positional',
      required: true,
      valueHint: 'MESH …',
      description: 'Mesh file, such as chair.obj; of several, a sheet with their names',
    },
    output: {
      type: 'string',
      alias: 'o',
      required: true,
      valueHint: 'file.png',
      description: 'Picture to write',
    },
    azimuth: { type: 'string', default: '30', description: 'Degrees around the mesh, from +z towards +x' },
    elevation: { type: 'string', default: '20', description: 'Degrees above the horizon' },
    fov: { type: 'string', default: '30', description: 'Vertical field of view in degrees' },
    size: { type: 'string', default: '256', description: 'Width and height in pixels, of each view' },
    width: { type: 'string', valueHint: 'pixels', description: 'Width, where it is not the height' },
    height: { type: 'string', valueHint: 'pixels', description: 'Height, where it is not the width' },
    views: {
      type: 'string',
      valueHint: 'count',
      description: `Pictures all around the mesh. Default: 1, or ${VIEWS_OF_A_TURN} where animated`,
    },
    columns: { type: 'string', valueHint: 'count', description: 'Pictures in a row of a sheet' },
    animation: { type: 'boolean', description: 'Write the views as frames of an animated PNG' },
    show: {
      type: 'enum',
      options: ['color', 'depth', 'normals', 'uv', 'silhouette'],
      default: 'color',
      description: 'What to draw: the surface as it looks, or one of its properties',
    },
    shading: {
      type: 'enum',
      options: ['unlit', 'lambert', 'phong', 'clay'],
      description: 'Default: unlit where the mesh has colours or materials, else clay',
    },
    light: {
      type: 'string',
      default: '-35,40',
      valueHint: 'azimuth,elevation',
      description:
        'Where the lamp of lambert and phong stands: degrees to the right of the viewer, above the horizon',
    },
    normals: {
      type: 'enum',
      options: ['crease', 'face', 'area', 'angle'],
      default: 'crease',
      description:
        'Smooth but for sharp edges, flat faces, or smooth: faces around a vertex weighted by area, or angle',
    },
    background: {
      type: 'string',
      valueHint: 'colour|picture',
      description: 'A colour, such as white or #ffcc00, or a PNG or JPEG, stretched. Default: transparent',
    },
    supersampling: { type: 'string', default: '3', description: 'Samples along each side of a pixel' },
    method: {
      type: 'string',
      default: 'hard',
      description: 'Rasterization method: its silhouette becomes the alpha',
    },
    clay: { type: 'boolean', description: 'Short for --shading clay' },
    backend: { type: 'enum', options: ['wasm', 'tensorflow', 'cpu', 'auto'], description: 'Tensor back end' },
    json: { type: 'boolean', description: 'Print what was written as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'Print nothing' },
  },
  async run({ args }) {
    const { output, animation = false } = args;
    const meshes = args._;
    if (!/\.png$/i.test(output)) {
      throw new UsageError(`--output is "${output}": expected a name that ends in .png`);
    }
    const size = integerOption('size', args.size, 1, 2048);
    const options: MeshPicturesOptions = {
      width: args.width ? integerOption('width', args.width, 1, 2048) : size,
      height: args.height ? integerOption('height', args.height, 1, 2048) : size,
      views: args.views ? integerOption('views', args.views, 1, 360) : animation ? VIEWS_OF_A_TURN : 1,
      azimuthDegrees: numberOption('azimuth', args.azimuth, -360, 360),
      elevationDegrees: numberOption('elevation', args.elevation, -90, 90),
      fovDegrees: numberOption('fov', args.fov, 1, 150),
      show: args.show,
      shading: args.clay ? 'clay' : args.shading,
      lamp: lampOption(args.light),
      normals: args.normals,
      supersampling: integerOption('supersampling', args.supersampling, 1, 8),
      method: { type: args.method },
    };
    const { show, views } = options;
    if (animation && views < 2) throw new UsageError('--animation needs --views of 2 or more');
    const columns =
      args.columns === undefined
        ? defaultColumns(meshes.length, animation ? 1 : views)
        : integerOption('columns', args.columns, 1, 360);
    if (args.background !== undefined && show !== 'color') {
      throw new UsageError(`--background goes with --show color, not with --show ${show}`);
    }
    const behind = args.background === undefined ? undefined : backgroundOption(args.background);

    const { useBackend } = await import('../../renderer/backend/index.ts');
    const { atomicWrite, encodePng, readMesh } = await import('../../renderer/io/index.ts');
    const { meshPictures } = await import('../experiments/meshPictures.ts');
    const pictures = await import('../pictures/index.ts');
    const tf = await import('@tensorflow/tfjs');
    await useBackend(args.backend);
    const background =
      typeof behind === 'string' ? await readBackground(behind, options.width, options.height) : behind;

    let drawn: NdArray<Float32Array>[] = [];
    for (const file of meshes) {
      tf.engine().startScope();
      drawn.push(...meshPictures(await readMesh(file), options));
      tf.engine().endScope();
    }
    const depth = show === 'depth' ? pictures.depthShades(drawn) : undefined;
    if (depth) drawn = depth.pictures;
    if (background) drawn = drawn.map((picture) => pictures.onBackground(picture, background));

    const names = meshes.map((file) => path.basename(file, path.extname(file)));
    const sheetOf = (chosen: NdArray<Float32Array>[], namesOfChosen: string[]) =>
      pictures.contactSheet(chosen, {
        columns: Math.min(columns, chosen.length),
        ...(meshes.length > 1 && { captions: namesOfChosen }),
        ...(background && { background: 'data' in background ? [1, 1, 1] : background }),
      });
    const frames = animation
      ? Array.from({ length: views }, (_, view) =>
          sheetOf(
            drawn.filter((_, i) => i % views === view),
            names,
          ),
        )
      : [
          sheetOf(
            drawn,
            drawn.map((_, i) => names[Math.floor(i / views)]),
          ),
        ];
    const delayMilliseconds = Math.round(MILLISECONDS_OF_A_TURN / views);
    const bytes = animation
      ? await pictures.encodeAnimation(frames, { delayMilliseconds })
      : await (depth ? pictures.encodeGreyPng(frames[0]) : encodePng(frames[0]));
    await atomicWrite(output, bytes);

    const [height, width] = frames[0].shape;
    const range = depth && { nearest: depth.nearest, farthest: depth.farthest };
    if (args.json) {
      const written = { picture: output, meshes, ...options, columns, animation, sheet: { width, height } };
      process.stdout.write(`${JSON.stringify({ ...written, ...range })}\n`);
    } else if (!args.quiet) {
      const moving = animation ? `, ${views} frames` : '';
      const scale = range
        ? `, distance ${shortest(range.nearest)} (white) to ${shortest(range.farthest)} (dark)`
        : '';
      process.stdout.write(`${output}: ${width} × ${height} pixels${moving}${scale}\n`);
    }
  },
});

const shortest = (value: number) => String(Number(value.toPrecision(6)));

/** Of one mesh a strip; of several a row each, or, where each has one picture, a square. */
const defaultColumns = (meshes: number, views: number) =>
  meshes === 1 || views > 1 ? views : Math.ceil(Math.sqrt(meshes));

function lampOption(text: string): MeshPicturesOptions['lamp'] {
  const parts = text.split(',');
  if (parts.length !== 2) {
    throw new UsageError(`--light is "${text}": expected azimuth,elevation in degrees, as in -35,40`);
  }
  return {
    azimuthDegrees: numberOption('light', parts[0], -360, 360),
    elevationDegrees: numberOption('light', parts[1], -90, 90),
  };
}

const namedColors: Readonly<Record<string, readonly number[]>> = { white: [1, 1, 1], black: [0, 0, 0] };

/** An sRGB colour in 0..1, or the name of a picture. */
function backgroundOption(text: string): readonly number[] | string {
  if (Object.hasOwn(namedColors, text)) return namedColors[text];
  const [, digits] = /^#?([0-9a-f]{6})$/i.exec(text) ?? [];
  if (digits) return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255);
  if (/\.(png|jpe?g)$/i.test(text)) return text;
  throw new UsageError(
    `--background is "${text}": expected white, black, a colour such as #ffcc00, or a picture, .png or .jpg`,
  );
}

/** [height, width, 3] in 0..1. */
async function readBackground(file: string, width: number, height: number): Promise<NdArray<Float32Array>> {
  const { readImage, resizeImage, toUnitRange } = await import('../../renderer/io/index.ts');
  const { onBackground } = await import('../pictures/index.ts');
  return onBackground(resizeImage(toUnitRange(await readImage(file)), height, width), namedColors.white);
}
