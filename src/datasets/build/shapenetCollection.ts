// A folder of ShapeNetCore, version 1 or 2, as a collection: SYNSET/MODEL/model.obj, or SYNSET/MODEL/models/model_normalized.obj.

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FileError } from '../../../renderer/errors.ts';
import { toFileError } from '../../../renderer/io/files.ts';
import { readMeshData } from '../../../renderer/io/index.ts';
import { synsetCategories } from '../shapenetModel.ts';
import type { ModelEntry, OpenCollection } from './collection.ts';
import { asTheyStand, imagesOf, paintedMesh } from './paintedMesh.ts';

/** Of version 2, and of version 1. */
const modelFiles = ['models/model_normalized.obj', 'model.obj'];

const leastOpacity = 0.1;

export const openShapenet: OpenCollection = async (source) => {
  const synsets = (await listFolder(source)).filter((name) => /^\d{8}$/.test(name));
  const entries: ModelEntry[] = [];
  const paths = new Map<string, string>();
  const sources: Record<string, number> = {};
  for (const synset of synsets) {
    const models = await listFolder(join(source, synset));
    const found = await Promise.all(models.map((model) => modelFile(join(source, synset, model))));
    for (const [i, path] of found.entries()) {
      if (!path) continue;
      const id = `${synset}-${models[i]}`;
      paths.set(id, path);
      entries.push(entryOf(id, synset, models[i]));
    }
    sources[synset] = found.filter(Boolean).length;
  }
  if (entries.length === 0) {
    throw new FileError(source, 'holds no models of ShapeNetCore; expected SYNSET/MODEL/model.obj');
  }
  return {
    entries: entries.sort((a, b) => (a.id < b.id ? -1 : 1)),
    leftOut: [],
    sources,
    async load({ id }) {
      // Version 2 has its textures in MODEL/images, beside MODEL/models.
      const data = await readMeshData(paths.get(id)!, { allowOutside: true });
      return { mesh: paintedMesh(data, { images: imagesOf(data), rotation: asTheyStand, leastOpacity }) };
    },
  };
};

function entryOf(id: string, synset: string, model: string): ModelEntry {
  return {
    id,
    name: model,
    category: synsetCategories[synset] ?? synset,
    creator: 'ShapeNet',
    license: 'ShapeNet',
    origin: {
      title: model,
      url: 'https://shapenet.org',
      library: 'ShapeNetCore',
      model: `${synset}/${model}`,
    },
  };
}

async function modelFile(folder: string): Promise<string | undefined> {
  if (!/^[\w.-]+$/.test(basename(folder))) return undefined;
  for (const file of modelFiles) {
    const path = join(folder, file);
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw toFileError(folder, error);
  }
}
