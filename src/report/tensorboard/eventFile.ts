// A run's event file, as TensorBoard reads it: everything that metrics.jsonl says, and at the end pictures and meshes. It is made of
// the run folder alone: after an interruption it is written anew, and no step is in it twice. It is always written in place, and
// begins with the same records each time, since TensorBoard keeps files open and goes on from where it was.

import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { linearToSrgb } from '../../../renderer/io/colorSpace.ts';
import { readFileBytes, toFileError } from '../../../renderer/io/files.ts';
import { readMeshData } from '../../../renderer/io/index.ts';
import type { MetricsRecord, TimingsRecord } from '../../experiments/results.ts';
import type { RunFolder } from '../../experiments/runFolder.ts';
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
  readonly #timings: TimingsRecord[] = [];
  #metricsEnd = 0;
  #timingsEnd = 0;

  constructor(run: RunFolder) {
    this.#run = run;
  }

  /** Writes what came to metrics.jsonl since the last call; the first call begins the file anew. */
  update(): void {
    const isNew = this.#metricsEnd === 0;
    const timings = this.#run.timings.readFrom(this.#timingsEnd);
    const metrics = this.#run.metrics.readFrom(this.#metricsEnd);
    this.#timings.push(...timings.entries);
    [this.#timingsEnd, this.#metricsEnd] = [timings.end, metrics.end];
    const clock = new WallClock(this.#timings);
    const records = metrics.entries.map((record) => scalarRecord(record, clock));
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
    ...metrics.map((record) => scalarRecord(record, clock)),
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

/** One record for a line of metrics.jsonl. */
function scalarRecord(record: MetricsRecord, clock: WallClock): Uint8Array {
  const { step, object } = record;
  const values = Object.entries(numbersOf(record)).map(([name, value]) => {
    const [group, ...rest] = name.split('/');
    return scalarValue([group, ...(object ? [object] : []), ...rest].join('/'), value);
  });
  return tfRecord(summaryEvent({ step, wallTime: clock.at(step, object) }, values));
}

/** What a line says, by tag. */
function numbersOf(record: MetricsRecord): Record<string, number> {
  if (record.kind === 'validation') return prefixed('validation', record.values);
  if (record.kind === 'gradients') return prefixed('gradient at vertices', record.norms);
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
  const picture = describePng(await readFileBytes(sheet));
  return [tfRecord(summaryEvent(end, [pictureValue('pictures/contact sheet', picture)]))];
}

/** A PNG file's head: 8 bytes of signature, 8 of the chunk IHDR's own, then width, height, bits and kind of colour (PNG, 11.2.1). */
function describePng(png: Uint8Array): EncodedPicture {
  const view = new DataView(png.buffer, png.byteOffset);
  const colors = ({ 0: 'grey', 4: 'greyAlpha', 6: 'rgba' } as const)[view.getUint8(25)] ?? 'rgb';
  return { width: view.getUint32(16), height: view.getUint32(20), colors, png };
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
