// What the registry knows about a data set that has a name.

/** Where a build reads and writes. */
export interface BuildOptions {
  /** Folder with the raw material; `DatasetSource.sourceHelp` says which. */
  source: string;
  /** Folder to make; must not exist yet, or be empty. */
  output: string;
  /** Width and height of the pictures, in pixels, 8 to 1024. Default 64. */
  size?: number;
  /** Surface points an object, 1 to 1,000,000. Default 2,000. */
  points?: number;
}

/** How far a build has come. */
export interface BuildProgress {
  done: number;
  total: number;
  /** The object that was just done. */
  id: string;
}

/** A data set that can be built and opened by name. */
export interface DatasetSource {
  name: string;
  description: string;
  /** What `BuildOptions.source` should be, for people. */
  sourceHelp: string;
  /**
   * Makes the data set's folder, whole or not at all.
   *
   * @returns number of objects.
   * @throws ArgumentError where size or points are out of range; FileError where the source is missing or damaged, or the output exists or cannot be written.
   */
  build(options: BuildOptions, onProgress?: (progress: BuildProgress) => void): Promise<number>;
}
