// What an XML file of FlightGear's AI aircraft says: the model, a livery of it, its name and author. A file may include another one.

import { dirname, join } from 'node:path';
import { readFileText } from '../../../renderer/io/files.ts';

export interface AircraftFile {
  /** Path of the AC3D file. */
  model?: string;
  /** Folder of the textures. */
  textures?: string;
  name?: string;
  creator?: string;
}

/** Files that include each other are not followed further. */
const deepest = 4;

/** @throws FileError where the file, or one that it includes, cannot be read */
export async function readAircraftFile(path: string, depth = 0): Promise<AircraftFile> {
  const text = (await readFileText(path)).replace(/<!--[\s\S]*?-->/g, '');
  const include = /<PropertyList[^>]*\binclude="([^"]+)"/.exec(text)?.[1];
  const base =
    include && depth < deepest ? await readAircraftFile(join(dirname(path), include), depth + 1) : {};
  const value = (tag: string) => new RegExp(`<${tag}>\\s*([^<]*?)\\s*</${tag}>`).exec(text)?.[1] || undefined;
  const file = (name: string | undefined) => name && join(dirname(path), name);
  const model = value('path');
  const author = value('author');
  return {
    ...base,
    ...(model?.endsWith('.ac') && { model: file(model) }),
    ...(value('texture-path') && { textures: file(value('texture-path')) }),
    ...(value('description') && { name: unescaped(value('description')!) }),
    // Some sign with "me".
    ...(author && author !== 'me' && { creator: unescaped(author) }),
  };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string) =>
  text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
