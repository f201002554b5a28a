// What the registry knows about a data set that has a name.

/** Where a build reads and writes, and what it makes. What a data set has no use for, it refuses. */
export interface BuildOptions {
  /** Folder with the raw material; `DatasetSource.sourceHelp` says which. Where that is a Debian package, it is downloaded by default. */
  source?: string;
  /** Folder to make. */
  output: string;
  /** Width and height of the pictures, in pixels, 8 to 1024. Default 64, for large sets 128. */
  size?: number;
  /** Surface points an object, 1 to 1,000,000. Default 2,000, for large sets 16,384. */
  points?: number;
  /** Large sets only: how the cameras stand. Default `ring`. */
  rig?: 'ring' | 'r2n2' | 'dvr';
  /** Large sets only: takes models of these categories alone. */
  categories?: readonly string[];
  /** Large sets only: threads. Default: one a core. The result does not depend on it. */
  workers?: number;
  /** Large sets only: builds one part of the objects into the folder, and leaves the rest, and dataset.json, to other calls. */
  shard?: Shard;
  /** `planes` only: most liveries of an aircraft. Default 4. */
  liveries?: number;
}

/** The `index`-th of `count` parts, from 1 on. */
export interface Shard {
  index: number;
  count: number;
}

/** How far a build has come. */
export interface BuildProgress {
  done: number;
  total: number;
  /** The object that was just done. */
  id: string;
}

/** What became of a build. */
export interface BuildResult {
  /** `part`: other shards are still to be built, or the call that joins them. `present`: it was built already. */
  state: 'built' | 'part' | 'present';
  /** Objects in the set; of a part, objects that are done so far. */
  objects: number;
  /** Models that the rules left out. */
  leftOut: number;
}

/** A large set that is to be built in parts, by processes that need not know of one another. */
export interface BuildParts {
  /** Folder of the raw material, which is there now: `BuildOptions.source` of every part. */
  source: string;
  /** Objects of all parts. */
  total: number;
  /** How many objects each part lacks at this moment. Where none does, `build` joins them. */
  missing(): Promise<number[]>;
}

export interface BuildListener {
  onProgress?(progress: BuildProgress): void;
  /** What takes its time before the first object. */
  onNote?(note: string): void;
}

/** A data set that can be built and opened by name. */
export interface DatasetSource {
  name: string;
  description: string;
  /** What `BuildOptions.source` should be, for people. */
  sourceHelp: string;
  /** Whether the raw material is downloaded where no folder is given. */
  isDownloaded: boolean;
  /**
   * Makes the data set's folder. A large set is built object by object: a build that was broken off goes on where it was, and the folder
   * is a data set once dataset.json is there. A small one is made whole or not at all, in a folder that must not exist yet, or be empty.
   *
   * @throws ArgumentError where an option is out of range or of no use to this data set; FileError where the source is missing or damaged,
   * the output cannot be written, or holds something else.
   */
  build(options: BuildOptions, listener?: BuildListener): Promise<BuildResult>;
  /**
   * Large sets only: prepares the folder and the raw material for the building of so many parts (`BuildOptions.shard`); undefined where the
   * data set is there already.
   *
   * @throws as `build`
   */
  parts?(options: BuildOptions, count: number, listener?: BuildListener): Promise<BuildParts | undefined>;
}
