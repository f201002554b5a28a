// Our rasterizer kernels beside plain C++ of the same algorithm (raster.cpp), on the same scenes, in turns: processor time of the fastest
// run of every stage, one thread, and how many times as long ours take. Needs g++.
//
//     npx tsx scripts/measuring-stick/run.ts [simd|scalar]

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { useWasm } from '../../bench/backend.ts';
import { measure, usual as usually } from '../../bench/harness/measure.ts';
import { scalar, usual } from '../../bench/kernelChoice.ts';
import {
  type SphereScene,
  type StageName,
  softOptions,
  sphereScene,
  stageNames,
  stagesOf,
} from '../../bench/stages.ts';
import { type KernelName, kernelsNamed } from '../../renderer/index.ts';

/** What results may differ by, as a share of the largest: rounding to float32, in another order. */
const tolerance = 1e-5;
const rounds = 3;

const name = (process.argv[2] as KernelName | undefined) ?? usual.name;
const kernels = kernelsNamed(name);
await useWasm();
const folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-stick-'));
try {
  const stick = compile();
  console.log(
    `Node ${process.version}, ${cpus()[0].model.trim()}; ${version()} -O3 -march=native; kernel: '${name}'\n`,
  );
  console.log(`| picture, views | stage | C++, ms | ${name}, ms | × as long | differs by at most |`);
  console.log('|---|---|---:|---:|---:|---:|');
  for (const size of [64, 256]) {
    for (const batch of [1, 8]) await compareOn(stick, { size, batch, level: 3 });
  }
} finally {
  rmSync(folder, { recursive: true });
}

function compile(): string {
  const program = path.join(folder, 'raster');
  const source = path.join(import.meta.dirname, 'raster.cpp');
  execFileSync('g++', ['-O3', '-march=native', '-std=c++17', source, '-o', program], { stdio: 'inherit' });
  return program;
}

function version(): string {
  return execFileSync('g++', ['--version'], { encoding: 'utf8' }).split('\n')[0];
}

async function compareOn(
  stick: string,
  options: { size: number; batch: number; level: number },
): Promise<void> {
  const sphere = sphereScene(options);
  const file = path.join(folder, 'scene.bin');
  writeFileSync(file, dumped(sphere));
  const own = stagesOf(kernels, sphere);
  const ours = new Map<StageName, number>();
  const theirs = new Map<StageName, number>();
  const differences = new Map<StageName, number>();
  const keepLeast = (map: Map<StageName, number>, stage: StageName, time: number) =>
    map.set(stage, Math.min(map.get(stage) ?? Number.POSITIVE_INFINITY, time));
  for (let round = 0; round < rounds; round++) {
    const lines = execFileSync(stick, [file], { encoding: 'utf8' }).trim().split('\n');
    for (const [i, stage] of stageNames.entries()) {
      const [time, difference] = lines[i].split(' ').map(Number);
      keepLeast(theirs, stage, time);
      differences.set(stage, difference);
      if (!(difference <= tolerance)) {
        throw new Error(`raster.cpp, ${stage}: differs from the plain kernels by ${difference}`);
      }
      keepLeast(ours, stage, (await measure({ run: own[stage] }, { ...usually, seconds: 0.3 })).time.min);
    }
  }
  const label = `${options.size}², ${options.batch}`;
  const row = (stage: string, stickTime: number, ownTime: number, difference: string) =>
    console.log(
      `| ${label} | ${stage} | ${stickTime.toFixed(3)} | ${ownTime.toFixed(3)} | ${(ownTime / stickTime).toFixed(2)} | ${difference} |`,
    );
  for (const stage of stageNames) {
    row(stage, theirs.get(stage)!, ours.get(stage)!, differences.get(stage)!.toExponential(0));
  }
  const sum = (map: Map<StageName, number>) => [...map.values()].reduce((a, b) => a + b);
  row('**all**', sum(theirs), sum(ours), '');
  tf.dispose([sphere.positions, sphere.colors]);
}

/** The scene, and what the plain kernels make of it, as raster.cpp reads them. */
function dumped({ positions, colors, picture, pixels, scene, rows }: SphereScene): Uint8Array {
  const p = positions.dataSync() as Float32Array;
  const c = colors.dataSync() as Float32Array;
  const { faces, items } = scene(p);
  const [{ vertexCount, faceCount }] = items;
  const upstream = tf.randomUniform([3 * pixels], -1, 1, 'float32', 1).dataSync() as Float32Array;
  const maskUpstream = tf.randomUniform([pixels], -1, 1, 'float32', 2).dataSync() as Float32Array;
  const plain = scalar.kernels;
  const visible = plain.findVisible(scene(p), picture);
  const image = new Float32Array(3 * pixels);
  plain.interpolate(scene(p), visible, rows(c), image);
  const [colorGradient, positionGradient] = [new Float32Array(c.length), new Float32Array(p.length)];
  plain.interpolateBackward(scene(p), picture, visible, rows(c), upstream, colorGradient, positionGradient);
  const mask = new Float32Array(pixels);
  const state = plain.softMask(scene(p), picture, visible, softOptions, mask);
  const outlineGradient = new Float32Array(p.length);
  plain.softMaskBackward(scene(p), picture, state, maskUpstream, outlineGradient);
  const header = Int32Array.of(picture.width, picture.height, items.length, vertexCount, faceCount);
  return Buffer.concat(
    [
      ...[header, p, c, faces, upstream, maskUpstream],
      ...[visible.faces, image, mask, colorGradient, positionGradient, outlineGradient],
    ].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
    ),
  );
}
