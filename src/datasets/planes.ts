// planes: FlightGear's AI aircraft in several liveries, with 24 pictures, depth maps, surface points and a mesh each. Built where it is
// used: its licence, the GPL, is not that of this package.

import { largeSet } from './largeSet.ts';

export const planes = largeSet(
  {
    name: 'planes',
    description:
      'aeroplanes in their liveries, 24 views with depth maps, 16,384 surface points and a textured mesh an object',
    sourceHelp:
      "Debian's package flightgear-data-ai, unpacked (dpkg-deb -x), or FlightGear's folder AI/Aircraft",
    isDownloaded: true,
  },
  async () => ({
    description:
      "FlightGear's AI aircraft, each in several liveries: pictures and depth maps from 24 sides, points with normals on the visible surface, textured meshes",
    credits:
      "The models come from FlightGear's AI aircraft (https://www.flightgear.org), as packed in Debian's flightgear-data-ai, © 1999–2017\nCurtis L. Olson and the FlightGear team, and the authors named below.\n",
    debianPackage: 'flightgear-data-ai',
    hasLiveries: true,
  }),
);
