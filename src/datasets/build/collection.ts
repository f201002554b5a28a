// Where the models of a large data set come from. A collection lists its models without reading them, and loads one at a time, so
// that any number of workers can share the list.

import type { LeftOut } from './objectManifest.ts';
import type { PaintedMesh } from './pictures.ts';

/** Textures of large sets have no more pixels a side: an object spans about as many samples. */
export const textureSize = 512;

/** What is known of a model before it is read. */
export interface ModelEntry {
  /** Unique in the collection; also the name of its files. */
  id: string;
  name: string;
  category: string;
  creator: string;
  license: string;
  origin: { title: string; url: string; library: string; model: string };
  /** Id of the model of which this is another livery. */
  variantOf?: string;
}

/** A model that is read: in the frame of a data set, and whatever its own files say of its licence and origin. */
export interface LoadedModel {
  mesh: PaintedMesh;
  license?: string;
  title?: string;
  url?: string;
}

export interface ModelCollection {
  /** In the order of their ids. */
  entries: readonly ModelEntry[];
  /** Models that the rules of the collection leave out, with reasons. */
  leftOut: readonly LeftOut[];
  /** Names and sizes of the files that the models lie in, by which a build tells that its source has changed. */
  sources: Readonly<Record<string, number>>;
  /** @throws FileError where the model's files are missing or cannot be understood. */
  load(entry: ModelEntry): Promise<LoadedModel>;
}

/** Opens a collection. Workers call it too, so it gives the same list every time. */
export type OpenCollection = (source: string, options: CollectionOptions) => Promise<ModelCollection>;

export interface CollectionOptions {
  /** Most liveries of an aircraft. */
  liveries: number;
}
