// Reads the furniture libraries of Sweet Home 3D (.sh3f): zip archives with a catalogue of Java properties, OBJ models and their
// textures. Says for every model its name, maker, licence and origin.

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { FileError } from '../../../renderer/errors.ts';
import { readFileBytes, toFileError } from '../../../renderer/io/files.ts';

/** A licence that allows models to be rendered, sampled and redistributed. */
export type License = 'CC0-1.0' | 'CC-BY-3.0' | 'CC-BY-3.0-US';

/** One model of a library. */
export interface CatalogueEntry {
  /** Unique among the libraries below: folder and file name of the model, such as "scopia-office_chair". */
  id: string;
  /** File name of the library, such as "Scopia.sh3f". */
  library: string;
  name: string;
  /** The library's own group, such as "Living room". */
  group: string;
  /** What else the catalogue calls it, such as "Couch, Seat". */
  tags: string;
  creator: string;
  license: License;
  /** Path of the OBJ file inside the library. */
  model: string;
  /** 9 numbers, row-major: turns the model upright, its front towards +z. */
  rotation: number[];
}

/** What a model's own licence file says, where there is one. */
export interface Origin {
  title?: string;
  url?: string;
  license?: License;
}

interface Library {
  file: string;
  license: License;
  /** Name to credit where the catalogue's `creator` is an abbreviation. */
  credit?: string;
  url: string;
}

/** Licences as stated in each library's LICENSE.TXT. */
const libraries: readonly Library[] = [
  { file: 'BlendSwap-CC-0.sh3f', license: 'CC0-1.0', url: 'http://www.blendswap.com' },
  { file: 'BlendSwap-CC-BY.sh3f', license: 'CC-BY-3.0', url: 'http://www.blendswap.com' },
  {
    file: 'KatorLegaz.sh3f',
    license: 'CC-BY-3.0-US',
    credit: 'Andrew Kator & Jennifer Legaz',
    url: 'http://www.katorlegaz.com',
  },
  {
    file: 'Scopia.sh3f',
    license: 'CC-BY-3.0',
    credit: 'Scopia Visual Interfaces Systems, s.l. and Emmanuel Puybaret / eTeks',
    url: 'http://www.scopia.es',
  },
];

/** The one library of people. */
const people: Library = {
  file: 'Reallusion.sh3f',
  license: 'CC-BY-3.0-US',
  url: 'http://www.reallusion.com',
};

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** A library that is open: its bytes stay packed in memory, models are unpacked one at a time. */
export class FurnitureLibrary {
  readonly path: string;
  /** Where the library's models come from, as far as they do not say so themselves. */
  readonly url: string;
  readonly #library: Library;
  readonly #archive: Uint8Array;

  constructor(path: string, library: Library, archive: Uint8Array) {
    this.path = path;
    this.url = library.url;
    this.#library = library;
    this.#archive = archive;
  }

  get size(): number {
    return this.#archive.length;
  }

  /** The models of the catalogue, in its order. */
  entries(): CatalogueEntry[] {
    const name = 'PluginFurnitureCatalog.properties';
    const bytes = this.#unpack((path) => path === name).get(name);
    if (!bytes) throw new FileError(this.path, `has no ${name}`);
    return parseCatalogue(strFromU8(bytes, true), this.#library);
  }

  /** The files beside a model (OBJ, MTL, textures, licence), by path inside the library. */
  files(entry: CatalogueEntry): Map<string, Uint8Array> {
    const folder = `${dirname(entry.model)}/`;
    const files = this.#unpack((path) => path.startsWith(folder));
    if (!files.has(entry.model)) throw new FileError(this.path, `has no ${entry.model}`);
    return files;
  }

  #unpack(wanted: (path: string) => boolean): Map<string, Uint8Array> {
    try {
      const files = unzipSync(this.#archive, { filter: ({ name }) => !name.endsWith('/') && wanted(name) });
      return new Map(Object.entries(files));
    } catch (error) {
      throw new FileError(
        this.path,
        `damaged or cut short (${error instanceof Error ? error.message : error})`,
      );
    }
  }
}

/**
 * Opens the libraries of furniture in `source`, which holds the .sh3f files or is the root of the unpacked Debian package; and the one of
 * people where asked.
 *
 * @throws FileError where the folder or a library is missing.
 */
export async function openLibraries(
  source: string,
  { withPeople = false }: { withPeople?: boolean } = {},
): Promise<FurnitureLibrary[]> {
  const wanted = withPeople ? [...libraries, people] : libraries;
  const files = await listFolder(source);
  const folder = files.some((file) => file.endsWith('.sh3f'))
    ? source
    : join(source, 'usr/share/sweethome3d/furniture');
  const present = folder === source ? files : await listFolder(folder).catch(() => []);
  if (!present.some((file) => file.endsWith('.sh3f'))) {
    throw new FileError(
      source,
      "holds no .sh3f furniture libraries; expected those of Debian's sweethome3d-furniture",
    );
  }
  const missing = wanted.filter(({ file }) => !present.includes(file));
  if (missing.length > 0) throw new FileError(folder, `has no ${missing.map(({ file }) => file).join(', ')}`);
  return Promise.all(
    wanted.map(async (library) => {
      const path = join(folder, library.file);
      return new FurnitureLibrary(path, library, await readFileBytes(path));
    }),
  );
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw toFileError(folder, error);
  }
}

function parseCatalogue(text: string, library: Library): CatalogueEntry[] {
  const rows = new Map<number, Map<string, string>>();
  for (const line of text.split(/\r?\n/)) {
    const property = /^(\w+)#(\d+)\s*=\s*(.*)$/.exec(line);
    if (!property) continue;
    const index = Number(property[2]);
    const row = rows.get(index) ?? new Map<string, string>();
    rows.set(index, row.set(property[1], unescaped(property[3]).trim()));
  }
  return [...rows.values()].map((row) => {
    const model = row.get('model')?.replace(/^\//, '') ?? '';
    return {
      id: `${model.split('/')[0]}-${basename(model, '.obj')}`,
      library: library.file,
      name: row.get('name') ?? '',
      group: row.get('category') ?? '',
      tags: row.get('tags') ?? '',
      creator: library.credit ?? row.get('creator') ?? '',
      license: library.license,
      model,
      rotation: row.get('modelRotation')?.split(/\s+/).map(Number) ?? identity,
    };
  });
}

/** Escapes of Java property files: \uXXXX, and a backslash before any other character. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, character: string) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : character,
  );
}

/**
 * Title, address and licence from the licence file that Blend Swap packs with a model. A model's own licence counts for more
 * than its library's: two models of the CC0 library are CC-BY by their own files.
 *
 * @throws FileError for a licence file that names neither CC0 nor CC-BY 3.0.
 */
export function readOrigin(files: ReadonlyMap<string, Uint8Array>): Origin {
  const path = [...files.keys()].find((name) => /licen[cs]e[^/]*\.(txt|html)$/i.test(name));
  if (!path) return {};
  const text = strFromU8(files.get(path)!);
  const license = /Creative Commons (Zero|Attribution 3\.0)/.exec(text)?.[1];
  if (!license) throw new FileError(path, 'names neither CC0 nor CC-BY 3.0');
  const title = [/downloading "(.+?)" by/, /Blend #\d+: ([^<]+)</, /<title>\s*(.+) by .+ - \d+ - /]
    .map((pattern) => pattern.exec(text)?.[1].trim())
    .find((match) => match);
  return {
    title,
    url: /https?:\/\/(?:www\.)?blendswap\.com\/blends?\/view\/\d+/.exec(text)?.[0],
    license: license === 'Zero' ? 'CC0-1.0' : 'CC-BY-3.0',
  };
}
