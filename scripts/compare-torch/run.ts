// Our full-size training step beside PyTorch's (step.py), in turns on one machine, one thread: processor time of the fastest step of
// each, and how many times as long ours takes, with and without OpenBLAS. Records bench/results/torch.json. README.md says how to get a
// Python with PyTorch.
//
//     npx tsx scripts/compare-torch/run.ts /tmp/torch/bin/python [info_ellipsoid.dat]

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasOpenBlas } from '../../bench/backend.ts';
import type { CaseRecord } from '../../bench/harness/record.ts';
import { saveResults } from '../../bench/harness/session.ts';
import { spreadOf } from '../../bench/harness/spread.ts';
import { type Side, StepProcess } from '../../bench/steps/stepProcess.ts';

const rounds = 3;
const stepsOfRound = 5;

/** What would hold PyTorch's libraries to slower kernels. */
const restraining = ['OPENBLAS_CORETYPE', 'MKL_DEBUG_CPU_TYPE', 'ONEDNN_MAX_CPU_ISA', 'ATEN_CPU_CAPABILITY'];

const [python, template] = process.argv.slice(2);
if (!python) throw new Error('usage: npx tsx scripts/compare-torch/run.ts PYTHON [info_ellipsoid.dat]');
const folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-torch-'));
try {
  const file = path.join(folder, 'step.safetensors');
  const exporter = path.join(import.meta.dirname, 'export.ts');
  execFileSync(process.execPath, [...process.execArgv, exporter, file, ...(template ? [template] : [])]);
  await compare(file);
} finally {
  rmSync(folder, { recursive: true });
}

async function compare(file: string): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !restraining.includes(name)));
  const program = path.join(import.meta.dirname, 'step.py');
  const sides: Side[] = (await hasOpenBlas()) ? ['wasm', 'openblas'] : ['wasm'];
  const ours = await Promise.all(
    sides.map((side) => StepProcess.start({ network: 'pixel2mesh', batch: 1, template }, side)),
  );
  const torch: number[] = [];
  const times: number[][] = sides.map(() => []);
  let version = '';
  for (let round = 0; round < rounds; round++) {
    const argv = ['-W', 'ignore', program, file, String(stepsOfRound)];
    const output = execFileSync(python, argv, { encoding: 'utf8', env });
    [, version] = output.split('\n');
    if (round === 0) console.log(output.split('\n', 2).join('\n'));
    torch.push(Number(/^step: (\d+) ms/m.exec(output)![1]));
    for (const [i, process] of ours.entries()) {
      for (let step = 0; step < stepsOfRound; step++) times[i].push(await process.run());
    }
  }
  for (const process of ours) process.close();
  const baseline = spreadOf(torch);
  console.log(`PyTorch: ${baseline.min} ms a step`);
  const cases = sides.map((side, i): CaseRecord => {
    const time = spreadOf(times[i]);
    const name = side === 'openblas' ? 'step, batch 1, products by OpenBLAS' : 'step, batch 1';
    const longer = (time.min / baseline.min).toFixed(2);
    console.log(`rastergrad, ${name}: ${time.min.toFixed(0)} ms, ${longer} times as long`);
    return { name, unit: 'ms', clock: 'processor', time, baseline, ratio: baseline.min / time.min };
  });
  await saveResults(
    { name: 'torch', title: 'the full-size training step beside PyTorch, one thread', baseline: version },
    { rounds, stepsOfRound, ...(template && { template: path.basename(template) }) },
    cases,
  );
}
