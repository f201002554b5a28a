// A model of ShapeNet, by whatever reader: what its synset and its number say of it.

/** Categories by their WordNet number, as Pixel2Mesh names them. */
export const synsetCategories: Readonly<Record<string, string>> = {
  '02691156': 'plane',
  '02828884': 'bench',
  '02933112': 'cabinet',
  '02958343': 'car',
  '03001627': 'chair',
  '03211117': 'monitor',
  '03636649': 'lamp',
  '03691459': 'speaker',
  '04090263': 'firearm',
  '04256520': 'couch',
  '04379243': 'table',
  '04401088': 'cellphone',
  '04530566': 'watercraft',
};

/** The names of a model; nobody says who made it and on what terms it may be used. */
export abstract class ShapenetModel {
  readonly license = 'unknown';
  readonly creator = 'unknown';
  abstract readonly synset: string;
  /** Its number, a folder's name. */
  abstract readonly name: string;

  get id(): string {
    return `${this.synset}-${this.name}`;
  }

  /** The synset itself where it has no name here. */
  get category(): string {
    return synsetCategories[this.synset] ?? this.synset;
  }
}
