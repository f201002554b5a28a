// A run's event file, as TensorBoard reads it: everything that metrics.jsonl says, and at the end pictures and meshes. It is made of
// the run folder alone: after an interruption it is written anew, and no step is in it twice. It is always written in place, and
// begins with the same records each time, since TensorBoard keeps files open and goes on from where it was.

import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { linearToSrgb } from '../../../renderer/io/colorSpace.ts';
import { readFileBytes, toFileError } from '../../../renderer/io/files.ts';
import { decodePng, readMeshData } from '../../../renderer/io/index.ts';
import type { MetricsRecord, TimingsRecord } from '../../runs/results.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import {
  type EncodedPicture,
  type MeshArrays,
  type Moment,
  meshValues,
  pictureValue,
  scalarValue,
  summaryEvent,
  versionEvent,
} from './event.ts';
import { tfRecord } from './record.ts';
import { WallClock } from './wallClock.ts';

/** Its name in the run folder. TensorBoard looks for "tfevents" in it. */
export const EVENT_FILE = 'events.out.tfevents.rastergrad';

/** The event file of a run that is going on. */
export class EventFile {
  readonly #run: RunFolder;
  #timings: TimingsRecord[] = [];
  #metricsEnd = 0;
  #timingsEnd = 0;
  #cuts = 0;

  constructor(run: RunFolder) {
    this.#run = run;
  }

  /** Writes what came to metrics.jsonl since the last call; the first call, and one after lines were dropped, begins the file anew. */
  update(): void {
    const { cuts } = this.#run.metrics;
    if (cuts !== this.#cuts)
      [this.#cuts, this.#metricsEnd, this.#timingsEnd, this.#timings] = [cuts, 0, 0, []];
    const isNew = this.#metricsEnd === 0;
    const timings = this.#run.timings.readFrom(this.#timingsEnd);
    const metrics = this.#run.metrics.readFrom(this.#metricsEnd);
    this.#timings.push(...timings.entries);
    [this.#timingsEnd, this.#metricsEnd] = [timings.end, metrics.end];
    const clock = new WallClock(this.#timings);
    const records = scalarRecords(metrics.entries, clock);
    write(this.#run, isNew ? [versionRecord(clock), ...records] : records, { append: !isNew });
  }
}

/**
 * Writes the event file of a run, as far as it came, with its pictures and meshes.
 *
 * @throws FileError where a file of the run cannot be read, or this one not be written
 */
export async function writeEventFile(run: RunFolder): Promise<string> {
  const metrics = run.metrics.read();
  const clock = new WallClock(run.timings.read());
  const end = { step: metrics.at(-1)?.step ?? 0, wallTime: clock.end };
  return write(run, [
    versionRecord(clock),
    ...scalarRecords(metrics, clock),
    ...(await pictureRecords(run, end)),
    ...(await meshRecords(run, end)),
  ]);
}

function write(run: RunFolder, records: readonly Uint8Array[], { append = false } = {}): string {
  const file = run.file(EVENT_FILE);
  try {
    (append ? appendFileSync : writeFileSync)(file, Buffer.concat(records));
  } catch (error) {
    throw toFileError(file, error);
  }
  return file;
}

const versionRecord = ({ start }: WallClock) => tfRecord(versionEvent(start));

/** Records for lines of metrics.jsonl: one each, none for those without numbers. */
function scalarRecords(lines: readonly MetricsRecord[], clock: WallClock): Uint8Array[] {
  return lines.flatMap((line) => {
    const values = scalarValues(line);
    const { step, object } = line;
    return values.length > 0
      ? [tfRecord(summaryEvent({ step, wallTime: clock.at(step, object) }, values))]
      : [];
  });
}

function scalarValues(record: MetricsRecord): Uint8Array[] {
  const { object } = record;
  return Object.entries(numbersOf(record)).map(([name, value]) => {
    const [group, ...rest] = name.split('/');
    return scalarValue([group, ...(object ? [object] : []), ...rest].join('/'), value);
  });
}

/** What a line says, by tag. */
function numbersOf(record: MetricsRecord): Record<string, number> {
  if (record.kind === 'validation') return prefixed('validation', record.values);
  if (record.kind === 'gradients') return prefixed('gradient at vertices', record.norms);
  if (record.kind === 'diverged') return { 'training/rate factor': record.rateFactor };
  const { losses, learningRate, gradientNorm } = record;
  return {
    ...prefixed('loss', losses),
    ...(learningRate !== undefined && { 'training/learning rate': learningRate }),
    ...(gradientNorm !== undefined && { 'training/gradient norm': gradientNorm }),
  };
}

const prefixed = (group: string, values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]));

/** The sheet of all pictures, one record. */
async function pictureRecords(run: RunFolder, end: Moment): Promise<Uint8Array[]> {
  const sheet = run.file('pictures', 'contact-sheet.png');
  if (!existsSync(sheet)) return [];
  const picture = await describePng(await readFileBytes(sheet), sheet);
  return [tfRecord(summaryEvent(end, [pictureValue('pictures/contact sheet', picture)]))];
}

/** The kind of colour is in byte 25 of a PNG file, in its chunk IHDR (PNG, 11.2.1). @throws FileError where it is damaged */
async function describePng(png: Uint8Array, file: string): Promise<EncodedPicture> {
  const [height, width] = (await decodePng(png, file)).shape;
  const colors = ({ 0: 'grey', 4: 'greyAlpha', 6: 'rgba' } as const)[png[25]] ?? 'rgb';
  return { width, height, colors, png };
}

/** A record for each mesh, by name. */
async function meshRecords(run: RunFolder, end: Moment): Promise<Uint8Array[]> {
  const folder = run.file('meshes');
  if (!existsSync(folder)) return [];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.obj')).sort();
  return Promise.all(
    files.map(async (name) => {
      const mesh = await meshArrays(path.join(folder, name));
      return tfRecord(summaryEvent(end, meshValues(`meshes/${path.basename(name, '.obj')}`, mesh)));
    }),
  );
}

async function meshArrays(file: string): Promise<MeshArrays> {
  const { vertices, faces, colors } = await readMeshData(file);
  return {
    vertices: Float32Array.from(vertices),
    faces,
    ...(colors && { colors: Uint8Array.from(colors, (value) => Math.round(255 * linearToSrgb(value))) }),
  };
}
