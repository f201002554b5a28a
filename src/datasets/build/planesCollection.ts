// FlightGear's AI aircraft as a collection: aeroplanes in AC3D files, each in several liveries, which are folders of textures.

import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { FileError } from '../../../renderer/errors.ts';
import { readFileBytes } from '../../../renderer/io/files.ts';
import { type ByteImage, decodeImage, parseAc3d } from '../../../renderer/io/index.ts';
import { spread } from '../spread.ts';
import { type AircraftFile, readAircraftFile } from './aircraftFile.ts';
import type { ModelEntry, OpenCollection } from './collection.ts';
import { listFilesBelow } from './listFiles.ts';
import type { LeftOut } from './objectManifest.ts';
import { paintedMesh } from './paintedMesh.ts';
import type { PaintedMesh } from './pictures.ts';

/** Parts that are drawn with an aircraft, and what flies or swims and is no aeroplane. */
const noAeroplane =
  /light|flare|flash|beacon|strobe|nav[lrb]|toggle|taxi|cone|exhaust|bomb|tank|wheels|banner|probe|refuel|SSME|OMS|ferry|balloon|oon\.ac|bluebird/i;

/** AC3D files of FlightGear have their nose towards −x, and y up. */
const noseForward = [0, 0, 1, 0, 1, 0, -1, 0, 0];

/** Propeller discs are clearer than that. */
const leastOpacity = 0.5;

const url = 'https://www.flightgear.org';

interface Aircraft {
  /** Path of the AC3D file. */
  model: string;
  name: string;
  creator: string;
  /** Folders of textures, in order. */
  liveries: string[];
}

/** A model and the folder that its textures are looked for in first. */
interface Variant {
  entry: ModelEntry;
  model: string;
  livery: string;
}

export const openPlanes: OpenCollection = async (source, { liveries }) => {
  const folder = await aircraftFolder(source);
  const files = await listFilesBelow(folder);
  const models = files.filter((path) => path.endsWith('.ac'));
  if (models.length === 0) throw new FileError(folder, 'holds no AC3D files (.ac) of aircraft');
  const leftOut = models
    .filter((path) => noAeroplane.test(path))
    .map((path): LeftOut => ({ id: idOf(path), name: path, reason: 'a light, a part, or no aeroplane' }));
  const aircraft = await aeroplanes(
    folder,
    models.filter((path) => !noAeroplane.test(path)),
    files.filter((path) => path.endsWith('.xml') && path.split('/').length === 2),
  );
  const variants = aircraft.flatMap((plane) => variantsOf(plane, liveries, folder));
  const byId = new Map(variants.map((variant) => [variant.entry.id, variant]));
  const sizes = models.map(async (path) => [path, (await stat(join(folder, path))).size] as const);
  return {
    entries: [...byId.values()].map(({ entry }) => entry).sort((a, b) => (a.id < b.id ? -1 : 1)),
    leftOut,
    sources: Object.fromEntries(await Promise.all(sizes)),
    load: async ({ id }) => ({ mesh: await loadPlane(byId.get(id)!) }),
  };
};

/** `source`, the root of the unpacked Debian package, or FlightGear's own AI/Aircraft. */
async function aircraftFolder(source: string): Promise<string> {
  for (const below of ['usr/share/games/flightgear/AI/Aircraft', 'AI/Aircraft']) {
    const folder = join(source, below);
    if (
      await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      )
    )
      return folder;
  }
  return source;
}

/** Each model with the liveries that XML files give it; a model that none names has the textures beside it. */
async function aeroplanes(
  folder: string,
  models: readonly string[],
  xmlFiles: readonly string[],
): Promise<Aircraft[]> {
  const described = await Promise.all(
    xmlFiles.map((path) => readAircraftFile(join(folder, path)).catch((): AircraftFile => ({}))),
  );
  const aircraft: Aircraft[] = [];
  for (const path of models) {
    const model = join(folder, path);
    const own = described.filter((file) => file.model === model);
    const folders = new Set(own.flatMap(({ textures }) => textures ?? []));
    const present: string[] = [];
    for (const livery of [...folders].sort()) {
      if (
        await stat(livery).then(
          (found) => found.isDirectory(),
          () => false,
        )
      )
        present.push(livery);
    }
    aircraft.push({
      model,
      name: own.find(({ name }) => name)?.name ?? basename(path, '.ac'),
      creator: own.find(({ creator }) => creator)?.creator ?? 'the FlightGear team',
      liveries: present.length > 0 ? present : [dirname(model)],
    });
  }
  return aircraft;
}

function variantsOf({ model, name, creator, liveries }: Aircraft, most: number, folder: string): Variant[] {
  const path = relative(folder, model);
  const chosen = spread(liveries, most);
  const idIn = (livery: string) =>
    livery === dirname(model) ? idOf(path) : `${idOf(path)}-${plain(basename(livery))}`;
  const first = idIn(chosen[0]);
  return chosen.map((livery) => ({
    model,
    livery,
    entry: {
      id: idIn(livery),
      name: livery === dirname(model) ? name : `${name}, ${basename(livery)}`,
      category: 'plane',
      creator,
      license: 'GPL-2.0-or-later',
      origin: { title: name, url, library: 'FlightGear AI/Aircraft', model: path },
      ...(livery !== chosen[0] && { variantOf: first }),
    },
  }));
}

/** Folder and file of a model, such as "738-737-800". */
const idOf = (path: string) => plain(`${path.split('/')[0]}-${basename(path, '.ac')}`);

const plain = (text: string) => text.replace(/[^\w.-]/g, '_');

async function loadPlane({ model, livery }: Variant): Promise<PaintedMesh> {
  const data = parseAc3d(await readFileBytes(model), model);
  const names = new Set(data.materials.flatMap(({ diffuseTexture }) => diffuseTexture ?? []));
  const images = new Map<string, ByteImage>();
  for (const name of names) {
    const file = basename(name.replaceAll('\\', '/'));
    const bytes = await firstFile([join(livery, file), join(dirname(model), file)]);
    const image = bytes && (await decodeImage(bytes, file).catch(() => undefined));
    if (image) images.set(name, image);
  }
  return paintedMesh(data, { images, rotation: noseForward, leastOpacity });
}

async function firstFile(paths: readonly string[]): Promise<Uint8Array | undefined> {
  for (const path of paths) {
    const bytes = await readFileBytes(path).catch(() => undefined);
    if (bytes) return bytes;
  }
  return undefined;
}
