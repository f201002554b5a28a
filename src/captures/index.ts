export type { Capture, CaptureOptions, CaptureView } from './capture.ts';
export { openColmap } from './colmap/open.ts';
export { openCapture } from './open.ts';
export { type PlaceOptions, placeCapture } from './place.ts';
export { openRenderings } from './r2n2.ts';
export { openTransforms } from './transforms.ts';
export type { Bounds } from './vectors.ts';
