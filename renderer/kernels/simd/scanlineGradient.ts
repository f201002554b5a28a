// Kato's gradient, compiled: assembly/scanlineGradient.ts.

import { scanlineGradient as scalarScanlineGradient } from '../scalar/scanlineGradient.ts';
import { addPlanarGradient, projectVertices } from '../scalar/vertices.ts';
import type { ScanlineGradientOptions } from '../scanlineGradient.ts';
import type { Fragments, Picture, RealArray, Scene } from '../scene.ts';
import { loopTime } from './arrays.ts';
import { simdFor } from './module.ts';
import { mostVertices, placeVertices, takeVertexSums } from './projected.ts';
import type { Task } from './threads.ts';

export function scanlineGradient(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  colors: RealArray,
  upstream: RealArray,
  options: ScanlineGradientOptions,
  positionGradient: RealArray,
): void {
  const compiled = simdFor(scene.positions, colors, upstream, positionGradient);
  if (!compiled) {
    scalarScanlineGradient(scene, picture, visible, colors, upstream, options, positionGradient);
    return;
  }
  const { exports, scratch, threads } = compiled;
  const { width, height } = picture;
  const channels = colors.length / visible.faces.length;
  const seen = scratch.copy(visible.faces);
  const faces = scratch.copy(scene.faces);
  const vertices = placeVertices(scratch, scene, picture);
  const sums = takeVertexSums(scratch, scene);
  const line = threads.own(exports.scanlineScratch(width, height, channels, mostVertices(scene)));
  const tasks = scene.items.map((item, b): Task => {
    const start = 4 * width * height * b;
    return [
      [
        'scanlineGradient',
        seen + start,
        colors.byteOffset + channels * start,
        upstream.byteOffset + channels * start,
        channels,
        width,
        height,
        faces + 12 * item.faceStart,
        vertices[b],
        item.vertexCount,
        options.eps,
        line,
        sums[b].byteOffset,
      ],
    ];
  });
  threads.run(loopTime(scene, picture), tasks);
  scene.items.forEach((item, b) => {
    addPlanarGradient(scene, item, projectVertices(scene, item, picture), sums[b], positionGradient);
  });
}
