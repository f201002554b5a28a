// furniture-views: which models of the Sweet Home 3D libraries it takes, and from where they are seen.

import type { FurnitureSet } from './furniture.ts';
import { viewRig } from './rig.ts';

/** Ten distinct shapes, two a category, from plain boxes to thin legs. */
const models: ReadonlyMap<string, string> = new Map([
  ['blendswap-cc-0-chair2', 'chair'],
  ['blendswap-cc-by-childChair', 'chair'],
  ['blendswap-cc-0-oakTable', 'table'],
  ['scopia-round-table', 'table'],
  ['blendswap-cc-0-winchesterSofa', 'sofa'],
  ['scopia-armchair2', 'sofa'],
  ['scopia-little_lamp1', 'lamp'],
  ['scopia-livingroom_lamp1', 'lamp'],
  ['blendswap-cc-0-lockedLocker', 'cabinet'],
  ['blendswap-cc-by-chest', 'cabinet'],
]);

export const furnitureViewsSet: FurnitureSet = {
  name: 'furniture-views',
  description:
    'Ten pieces of real furniture, from the libraries of Sweet Home 3D: pictures from 28 sides, points with normals on the visible surface',
  // Neighbours in order are neighbours in azimuth, at elevations of about equal steps in height. 20 views evenly spaced in order
  // leave 8, both spread over all elevations.
  rig: viewRig(28, [-10, 12, 33, 55]),
  choose: () => models,
  split: (objects) => objects.map(() => 'test'),
};
