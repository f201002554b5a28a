// Kato's gradient, compiled: assembly/scanlineGradient.ts.

import { scanlineGradient as scalarScanlineGradient } from '../scalar/scanlineGradient.ts';
import { addPlanarGradient, projectVertices } from '../scalar/vertices.ts';
import type { ScanlineGradientOptions } from '../scanlineGradient.ts';
import type { Fragments, Picture, RealArray, Scene } from '../scene.ts';
import { simdFor } from './module.ts';
import { mostVertices, putVertices, vertexBytes } from './projected.ts';

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
  const { exports, scratch } = compiled;
  const { width, height } = picture;
  const channels = colors.length / visible.faces.length;
  const most = mostVertices(scene);
  const seen = scratch.copy(visible.faces);
  const faces = scratch.copy(scene.faces);
  const vertices = scratch.take(vertexBytes(scene));
  const sums = new Float64Array(scene.positions.buffer, scratch.take(16 * most), 2 * most);
  const line = scratch.take(exports.scanlineScratch(width, height, channels, most));
  scene.items.forEach((item, b) => {
    const start = 4 * width * height * b;
    const projected = projectVertices(scene, item, picture);
    putVertices(scene, vertices, item, projected);
    exports.scanlineGradient(
      seen + start,
      colors.byteOffset + channels * start,
      upstream.byteOffset + channels * start,
      channels,
      width,
      height,
      faces + 12 * item.faceStart,
      vertices,
      item.vertexCount,
      options.eps,
      line,
      sums.fill(0).byteOffset,
    );
    addPlanarGradient(scene, item, projected, sums, positionGradient);
  });
}
