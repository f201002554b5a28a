// The formats of folders that a data set can be opened from. A new one is a file, and a row here.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openFolder } from './folder.ts';
import { isNpzRenderings, openNpzRenderings } from './npzRenderings.ts';
import type { OpenOptions } from './open.ts';
import { isR2n2, openR2n2 } from './r2n2Renderings.ts';
import type { Dataset } from './sample.ts';
import { isShapenetP2m, openShapenetP2m } from './shapenetP2m.ts';

export interface FolderFormat {
  /** What such a folder has, for people. */
  mark: string;
  matches(folder: string): boolean;
  open(folder: string, options?: OpenOptions): Promise<Dataset>;
}

/** The first that matches counts. */
export const folderFormats: readonly FolderFormat[] = [
  {
    mark: 'a dataset.json',
    matches: (folder) => existsSync(join(folder, 'dataset.json')),
    open: openFolder,
  },
  { mark: 'a train_list.txt', matches: isShapenetP2m, open: openShapenetP2m },
  { mark: 'a ShapeNetRendering', matches: isR2n2, open: openR2n2 },
  { mark: 'a SYNSET/train.lst', matches: isNpzRenderings, open: openNpzRenderings },
];
