// What the loops of SoftRas do with a face.

export { holdsCentres, limitGroup, toGroups, toRow } from './coverage';
export { decayOf, depthKept, depthOfGroup, gapAbove, isHiddenBy, raise, takesPart } from './depth';
export { startSoftFaces, toFace } from './face';
export { addDistances, addTo, addWeights, finishFace } from './gradient';
export {
  area,
  attributes,
  clockwise,
  colored,
  cornerOf,
  coverage,
  firstColumn,
  firstRow,
  groupBytes,
  isOriginal,
  lastColumn,
  lastRow,
  listedRow,
  miss,
  paintsNearest,
  perDepth,
  perSigma,
  reached,
  softFaceBytes,
  weights,
  width,
} from './record';
export { weigh } from './weights';
