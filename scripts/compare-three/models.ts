// What is compared: ten pieces of furniture and five aeroplanes, and who made them.

export interface ComparedModel {
  name: string;
  /** In the folder of its collection. */
  file: string;
  creator: string;
  license: string;
}

/** Of Debian's package sweethome3d-furniture: libraries of furniture for Sweet Home 3D, `.sh3f` files, unpacked into folders of their names. */
export const furniture: readonly ComparedModel[] = [
  ['pool table', 'BlendSwap-CC-0/blendswap-cc-0/poolTable/poolTable.obj', 'Jeffie', 'CC0'],
  ['antique chair', 'BlendSwap-CC-0/blendswap-cc-0/antiqueChair/antiqueChair.obj', 'Niuskir', 'CC0'],
  ['bed', 'BlendSwap-CC-0/blendswap-cc-0/bedWithTexture/bedWithTexture.obj', 'Nhumrod', 'CC0'],
  ['deck chair', 'BlendSwap-CC-0/blendswap-cc-0/deckChair/deckChair.obj', 'BigMouse', 'CC0'],
  ['corner sofa', 'BlendSwap-CC-BY/blendswap-cc-by/cornerSofa/cornerSofa.obj', 'Nikitron', 'CC BY 3.0'],
  ['desk', 'BlendSwap-CC-BY/blendswap-cc-by/biurko3/biurko3.obj', 'Hilux', 'CC BY 3.0'],
  ['plaid chair', 'BlendSwap-CC-BY/blendswap-cc-by/plaidChair/plaidChair.obj', 'Cezar', 'CC BY 3.0'],
  [
    'full bookcase',
    'KatorLegaz/katorlegaz/full-bookcase/full-bookcase.obj',
    'Andrew Kator & Jennifer Legaz',
    'CC BY 3.0 US',
  ],
  ['child bed', 'Scopia/scopia/bed1/bed1.obj', 'Scopia', 'CC BY 3.0'],
  ['doll house', 'Scopia/scopia/doll-house/doll-house.obj', 'Scopia', 'CC BY 3.0'],
].map(([name, file, creator, license]) => ({ name, file, creator, license }));

/** Of Debian's package flightgear-data-ai: the folder AI/Aircraft. Free under the GNU GPL, version 2 or later. */
export const aircraft: readonly ComparedModel[] = [
  ['Boeing 727', '727/Models/727-200.ac'],
  ['Robin DR400', 'DR400/Models/dr400.ac'],
  ['BAe 125', 'BAe-125/Models/bae125.ac'],
  ['Tupolev Tu-154B', 'tu154b/Model/tu154B.ac'],
  ['F-15', 'F-15/Models/F-15-lowpoly.ac'],
].map(([name, file]) => ({ name, file, creator: 'FlightGear', license: 'GPL-2+' }));
