// The event file of a run, read back by an independent decoder.

import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { icosphere } from '../../../../renderer/index.ts';
import { writeMesh, writePng } from '../../../../renderer/io/index.ts';
import { EVENT_FILE, EventFile, writeEventFile } from '../../../../src/report/tensorboard/index.ts';
import type { MetricsRecord } from '../../../../src/runs/results.ts';
import { createRun, openRun, type RunFolder } from '../../../../src/runs/runFolder.ts';
import { makeSampleRun } from '../sampleRun.ts';
import { type EventMessage, readEvents, readMeshMetadata, type ValueMessage } from './readEvents.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-events-'));
let run: RunFolder;
let events: EventMessage[];
const sphere = icosphere(0);

beforeAll(async () => {
  run = await makeSampleRun(root);
  const colors = tf.tensor2d(Array.from({ length: 12 }, (_, i) => [i / 11, 0.5, 1]));
  await writeMesh(run.file('meshes', 'chair.obj'), { ...sphere, colors });
  await writeMesh(run.file('meshes', 'lamp.obj'), sphere);
  await writePng(run.file('pictures', 'contact-sheet.png'), sheet());
  await writeEventFile(run);
  events = readEvents(run.file(EVENT_FILE));
}, 60_000);
afterAll(() => rmSync(root, { recursive: true }));

const valuesOf = (all: readonly EventMessage[]) =>
  all.flatMap(({ step, summary }) => (summary?.value ?? []).map((value) => ({ step, ...value })));

describe('the event file of a run', () => {
  it('begins with its version', () => {
    expect(events[0].fileVersion).toBe('brain.Event:2');
  });

  it('has every number of metrics.jsonl, in single precision, once', () => {
    const numbers = valuesOf(events).flatMap(({ step, tag, simpleValue }) =>
      simpleValue === undefined ? [] : [[tag, step, simpleValue]],
    );
    const expected = run.metrics
      .read()
      .flatMap((record) =>
        Object.entries(tagged(record)).map(([tag, value]) => [tag, record.step, Math.fround(value)]),
      );
    expect(numbers).toEqual(expected);
    expect(new Set(numbers.map(([tag, step]) => `${tag} ${step}`)).size).toBe(numbers.length);
  });

  it('tells when each step was, ascending and as timings.jsonl has it', () => {
    const times = events.map(({ wallTime }) => wallTime);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [first] = run.timings.read();
    expect(events.find(({ step }) => step === first.step)!.wallTime).toBe(first.time);
    expect(events[0].wallTime).toBeCloseTo(first.time! - first.seconds, 5);
  });

  it('has the contact sheet, byte for byte', () => {
    const { image, step } = valuesOf(events).find(({ image }) => image !== undefined)!;
    expect(image).toEqual({
      width: 5,
      height: 3,
      colorspace: 4,
      encodedImageString: readFileSync(run.file('pictures', 'contact-sheet.png')),
    });
    expect(step).toBe(1000);
  });

  it('has meshes as the mesh plugin reads them, with colours where there are some', () => {
    const parts = valuesOf(events).filter(({ tensor }) => tensor !== undefined);
    expect(parts.map(({ tag, tensor }) => [tag, tensor!.dtype])).toEqual([
      ['meshes/chair_VERTEX', 'DT_FLOAT'],
      ['meshes/chair_FACE', 'DT_INT32'],
      ['meshes/chair_COLOR', 'DT_UINT8'],
      ['meshes/lamp_VERTEX', 'DT_FLOAT'],
      ['meshes/lamp_FACE', 'DT_INT32'],
    ]);
    expect(metadataOf(parts[2])).toEqual({
      name: 'meshes/chair',
      contentType: 'COLOR',
      jsonConfig: '{}',
      shape: [1, 12, 3],
      components: 14,
    });
    expect(metadataOf(parts[4])).toMatchObject({ contentType: 'FACE', shape: [1, 20, 3], components: 6 });
    expect(parts[1].tensor!.tensorShape.dim.map(({ size }) => size)).toEqual([1, 20, 3]);

    const [vertices, faces, colors] = parts.map(({ tensor }) => tensor!.tensorContent);
    const floats = Array.from({ length: 36 }, (_, i) => vertices.readFloatLE(4 * i));
    expect(floats).toEqual(Array.from(sphere.vertices.dataSync(), (value) => expect.closeTo(value, 5)));
    const integers = Array.from({ length: 60 }, (_, i) => faces.readInt32LE(4 * i));
    expect(integers).toEqual([...sphere.topology.faces]);
    // Linear ½ is 188 in sRGB.
    expect([...colors.subarray(0, 3)]).toEqual([0, 188, 255]);
  });
});

describe('while the run goes on', () => {
  it('grows to the same bytes, in the same file', async () => {
    const live = await createRun({ root, name: 'live' });
    const file = live.file(EVENT_FILE);
    const following = new EventFile(live);
    const records = run.metrics.read();
    let next = 0;
    let inode: number | undefined;
    for (const timing of run.timings.read()) {
      for (; next < records.length && records[next].step <= timing.step; next++)
        live.metrics.append(records[next]);
      live.timings.append(timing);
      following.update();
      inode ??= statSync(file).ino;
      expect(readEvents(file)).toHaveLength(1 + next);
    }
    const grown = readFileSync(file);
    await writeEventFile(live);
    expect(readFileSync(file).equals(grown)).toBe(true);
    expect(statSync(file).ino).toBe(inode);
  });

  it('leaves no trace of what a killed run wrote beyond its last checkpoint', async () => {
    const resumed = path.join(root, 'resumed');
    cpSync(run.path, resumed, { recursive: true });
    const folder = openRun(resumed);
    appendFileSync(folder.file(EVENT_FILE), 'half a rec');
    await folder.metrics.truncateAfterStep(700);
    await folder.timings.truncateAfterStep(700);
    new EventFile(folder).update();
    const scalars = events.filter(
      ({ step, summary }) => summary?.value[0].simpleValue !== undefined && step! <= 700,
    );
    expect(readEvents(folder.file(EVENT_FILE)).slice(1)).toEqual(scalars);
  });

  it('is written anew where the run has gone back to an earlier step', async () => {
    const back = await createRun({ root, name: 'back' });
    const following = new EventFile(back);
    const step = (number: number, total: number) =>
      back.metrics.append({ step: number, kind: 'train', losses: { total } });
    step(1, 1);
    const size = back.metrics.sync();
    for (const number of [2, 3]) step(number, number);
    following.update();
    back.metrics.truncate(size);
    for (const number of [2, 3, 4, 5]) step(number, 10 * number);
    following.update();
    const values = valuesOf(readEvents(back.file(EVENT_FILE)));
    expect(values.map(({ step, simpleValue }) => [step, simpleValue])).toEqual([
      [1, 1],
      [2, 20],
      [3, 30],
      [4, 40],
      [5, 50],
    ]);
  });

  it('is a file with a version and nothing else where nothing has happened yet', async () => {
    const empty = await createRun({ root, name: 'empty' });
    await writeEventFile(empty);
    expect(readEvents(empty.file(EVENT_FILE))).toEqual([{ fileVersion: 'brain.Event:2' }]);
  });
});

it('names the object of each number where objects are fitted one by one', async () => {
  const fit = await createRun({ root, name: 'fit' });
  for (const [i, object] of ['lamp', 'sofa'].entries()) {
    for (const step of [1, 2]) fit.metrics.append({ step, kind: 'train', object, losses: { total: step } });
    const timing = { stepsPerSecond: 1, memoryMegabytes: 1 };
    fit.timings.append({ ...timing, step: 2, object, time: 1000 + 20 * (i + 1), seconds: 20 });
  }
  await writeEventFile(fit);
  const [, ...steps] = readEvents(fit.file(EVENT_FILE));
  expect(steps.map(({ wallTime, step, summary }) => [summary!.value[0].tag, step, wallTime])).toEqual([
    ['loss/lamp/total', 1, 1010],
    ['loss/lamp/total', 2, 1020],
    ['loss/sofa/total', 1, 1030],
    ['loss/sofa/total', 2, 1040],
  ]);
});

it('names a contact sheet that is damaged', async () => {
  const damaged = await createRun({ root, name: 'damaged' });
  writeFileSync(damaged.file('pictures', 'contact-sheet.png'), 'junk');
  await expect(writeEventFile(damaged)).rejects.toThrow(/contact-sheet\.png: is not a PNG picture$/);
});

it('keeps losses of 0 and numbers that are none', async () => {
  const odd = await createRun({ root, name: 'odd' });
  odd.metrics.append({ step: 3, kind: 'validation', values: { zero: 0, large: 1e300 } });
  await writeEventFile(odd);
  const values = valuesOf(readEvents(odd.file(EVENT_FILE)));
  expect(values.map(({ tag, simpleValue }) => [tag, simpleValue])).toEqual([
    ['validation/zero', 0],
    ['validation/large', Number.POSITIVE_INFINITY],
  ]);
});

/** What a line of metrics.jsonl is expected to be called. */
function tagged(record: MetricsRecord): Record<string, number> {
  const named = (group: string, values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]));
  if (record.kind === 'validation') return named('validation', record.values);
  if (record.kind === 'gradients') return named('gradient at vertices', record.norms);
  if (record.kind === 'diverged') return { 'training/rate factor': record.rateFactor };
  return {
    ...named('loss', record.losses),
    'training/learning rate': record.learningRate!,
    'training/gradient norm': record.gradientNorm!,
  };
}

const metadataOf = ({ metadata }: ValueMessage) => {
  expect(metadata!.pluginData.pluginName).toBe('mesh');
  return readMeshMetadata(metadata!.pluginData.content);
};

const sheet = () => ndarray(new Uint8Array(3 * 5 * 3), [3, 5, 3]);
