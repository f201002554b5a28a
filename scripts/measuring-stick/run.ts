// Our rasterizer kernels beside plain C++ of the same algorithm (raster.cpp), on the same scenes, in turns: processor time of the fastest
// run of every stage, one thread, and how many times as long ours take. Needs g++. Records bench/results/stick.json.
//
//     npx tsx scripts/measuring-stick/run.ts [simd|scalar]

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { useWasm } from '../../bench/backend.ts';
import { measure, usual as usually } from '../../bench/harness/measure.ts';
import type { CaseRecord } from '../../bench/harness/record.ts';
import { saveResults } from '../../bench/harness/session.ts';
import { spreadOf } from '../../bench/harness/spread.ts';
import { scalar, usual } from '../../bench/kernelChoice.ts';
import {
  type SphereOptions,
  type SphereScene,
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
const cases: CaseRecord[] = [];
try {
  const stick = compile();
  const compiler = execFileSync('g++', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  console.log(`Node ${process.version}, ${cpus()[0].model.trim()}; ${compiler} -O3 -march=native\n`);
  console.log(`| picture, views: stage | C++, ms | ${name}, ms | × as long | differs by at most |`);
  console.log('|---|---:|---:|---:|---:|');
  for (const size of [64, 256]) {
    for (const batch of [1, 8]) await compareOn(stick, { size, batch, level: 3 });
  }
  await saveResults(
    {
      name: 'stick',
      title: `rasterizer kernels (${name}) beside plain C++, a sphere of 1,280 faces, one thread`,
      baseline: `raster.cpp of the same algorithm, ${compiler} -O3 -march=native`,
    },
    { rounds, kernel: name },
    cases,
  );
} finally {
  rmSync(folder, { recursive: true });
}

function compile(): string {
  const program = path.join(folder, 'raster');
  const source = path.join(import.meta.dirname, 'raster.cpp');
  execFileSync('g++', ['-O3', '-march=native', '-std=c++17', source, '-o', program], { stdio: 'inherit' });
  return program;
}

async function compareOn(stick: string, options: SphereOptions): Promise<void> {
  const sphere = sphereScene(options);
  const file = path.join(folder, 'scene.bin');
  writeFileSync(file, dumped(sphere));
  const stages = stagesOf(kernels, sphere);
  // A column a stage, and one of their sums; a row a round.
  const [ours, theirs]: number[][][] = [[], []];
  let differences: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const answer = execFileSync(stick, [file], { encoding: 'utf8' }).trim().split('\n');
    const numbers = answer.map((line) => line.split(' ').map(Number));
    differences = numbers.map(([, difference]) => difference);
    theirs.push(withSum(numbers.map(([time]) => time)));
    const own: number[] = [];
    for (const stage of stageNames) {
      own.push((await measure({ run: stages[stage] }, { ...usually, seconds: 0.3 })).time.min);
    }
    ours.push(withSum(own));
  }
  for (const [i, stage] of [...stageNames, 'all'].entries()) {
    if (differences[i] > tolerance) {
      throw new Error(`raster.cpp, ${stage}: differs from the plain kernels by ${differences[i]}`);
    }
    const [time, baseline] = [ours, theirs].map((rows) => spreadOf(rows.map((row) => row[i])));
    const label = `${options.size}², ${options.batch === 1 ? '1 view' : `${options.batch} views`}: ${stage}`;
    const numbers = [baseline.min.toFixed(3), time.min.toFixed(3), (time.min / baseline.min).toFixed(2)];
    console.log(`| ${label} | ${numbers.join(' | ')} | ${differences[i]?.toExponential(0) ?? ''} |`);
    const ratio = baseline.min / time.min;
    cases.push({ name: label, unit: 'ms', clock: 'processor', time, baseline, ratio });
  }
  tf.dispose([sphere.positions, sphere.colors]);
}

function withSum(times: number[]): number[] {
  return [...times, times.reduce((sum, time) => sum + time)];
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
    ].map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  );
}
