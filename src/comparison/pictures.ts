// What the page shows of a scene: its picture, the gradients of its vertices, and what each pixel contributes to them.

import ndarray from 'ndarray';
import { linearToSrgb } from '../../renderer/io/colorSpace.ts';
import { encodePng } from '../../renderer/io/image.ts';
import type { MethodOptions } from '../../renderer/methods/index.ts';
import { backward, methodGradient, methodPicture, oracleGradient, oraclePicture } from './gradients.ts';
import { comparedLosses } from './losses.ts';
import { type TargetSampling, targetPicture } from './measure.ts';
import type { ComparedMethod } from './methods.ts';
import type { GradientMap, LossName, ScenePictures } from './results.ts';
import type { ComparedScene } from './scenes/index.ts';
import { planePositions, type View, withPlanePositions } from './view.ts';

export interface PictureOptions {
  methods: readonly ComparedMethod[];
  resolution: number;
  loss: LossName;
  target: TargetSampling;
  /** Called before each method. */
  onProgress?: (done: number, total: number) => void;
}

/** Meshes of more faces have no maps, as these take a backward pass a pixel. */
const MOST_MAPPED_FACES = 10_000;

/** The first case of a scene. */
export async function scenePictures(
  { name, cases: [sceneCase] }: ComparedScene,
  { methods, resolution, loss, target: sampling, onProgress }: PictureOptions,
): Promise<ScenePictures> {
  const { start, target } = sceneCase;
  const { layer } = comparedLosses[loss];
  const truth = targetPicture(sceneCase, resolution, layer, sampling);
  const gradients = [{ label: 'oracle', values: oracleGradient(start, resolution, loss, truth).gradient }];
  const isMapped = start.topology.faceCount <= MOST_MAPPED_FACES;
  const maps: GradientMap[] = [];
  if (isMapped) maps.push(encoded('oracle', resolution, oracleShares(start, resolution, loss, truth)));
  for (const [m, { label, options }] of methods.entries()) {
    onProgress?.(m, methods.length);
    gradients.push({ label, values: methodGradient(start, options, resolution, loss, truth).gradient });
    if (isMapped)
      maps.push(encoded(label, resolution, methodShares(start, options, resolution, loss, truth)));
  }
  return {
    scene: name,
    resolution,
    loss,
    image: await dataUrl(oraclePicture(start, resolution, 'image'), resolution),
    target: await dataUrl(oraclePicture(target, resolution, 'image'), resolution),
    vertices: [...planePositions(start)],
    edges: [...start.topology.edges],
    gradients: gradients.map(({ label, values }) => ({ label, values: [...values] })),
    maps,
  };
}

/** Step of the finite difference: the exact picture is smooth, and in double precision. */
const STEP = 1e-6;

/** dL/dI_p · ∂I_p/∂θ for the exact picture, which is a smooth function of the mesh's place θ: by central differences. */
function oracleShares(view: View, resolution: number, loss: LossName, target: Float64Array): Float64Array {
  const { layer, evaluate } = comparedLosses[loss];
  const plane = planePositions(view);
  const shifted = (step: number) =>
    oraclePicture(
      withPlanePositions(
        view,
        plane.map((value, i) => (i & 1 ? value : value + step)),
      ),
      resolution,
      layer,
    );
  const upstream = new Float64Array(target.length);
  evaluate(oraclePicture(view, resolution, layer), target, upstream);
  const [after, before] = [shifted(STEP), shifted(-STEP)];
  return summedOverChannels(
    upstream.map((value, i) => (value * (after[i] - before[i])) / (2 * STEP)),
    resolution,
  );
}

/** Pixels whose share of the loss's slope is below this part of the largest are not asked. */
const NEGLIGIBLE = 1e-4;

/**
 * The same for a method, whatever its gradient is, also one that is the derivative of no picture: each pixel alone hands its
 * dL/dI_p to the backward pass, and what arrives at all vertices' x is summed.
 */
function methodShares(
  view: View,
  method: MethodOptions,
  resolution: number,
  loss: LossName,
  target: Float64Array,
): Float64Array {
  const { layer, evaluate } = comparedLosses[loss];
  const upstream = new Float64Array(target.length);
  evaluate(methodPicture(view, method, resolution, layer), target, upstream);
  const channels = target.length / resolution ** 2;
  const largest = upstream.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const shares = new Float64Array(resolution ** 2);
  for (let pixel = 0; pixel < shares.length; pixel++) {
    const own = upstream.subarray(channels * pixel, channels * (pixel + 1));
    if (!own.some((value) => Math.abs(value) > NEGLIGIBLE * largest)) continue;
    const { gradient } = backward(view, method, resolution, layer, (_, into) => {
      into.set(own, channels * pixel);
      return 0;
    });
    for (let i = 0; i < gradient.length; i += 2) shares[pixel] += gradient[i];
  }
  return shares;
}

function summedOverChannels(values: Float64Array, resolution: number): Float64Array {
  const channels = values.length / resolution ** 2;
  return Float64Array.from({ length: resolution ** 2 }, (_, pixel) =>
    values.subarray(channels * pixel, channels * (pixel + 1)).reduce((sum, value) => sum + value, 0),
  );
}

function encoded(label: string, resolution: number, shares: Float64Array): GradientMap {
  const largest = shares.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest > 0 ? Number((largest / 32767).toPrecision(7)) : 1;
  const bytes = Buffer.alloc(2 * shares.length);
  for (const [i, share] of shares.entries()) {
    bytes.writeInt16LE(Math.min(32767, Math.max(-32767, Math.round(share / scale))), 2 * i);
  }
  return { label, width: resolution, height: resolution, scale, values: bytes.toString('base64') };
}

async function dataUrl(linear: Float64Array, resolution: number): Promise<string> {
  const codes = Float64Array.from(linear, (value) => linearToSrgb(Math.min(1, Math.max(0, value))));
  const png = await encodePng(ndarray(codes, [resolution, resolution, 3]));
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
